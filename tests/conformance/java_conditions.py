"""The cases of conditions-java.json.

Knows which cases there are and in what order: java_written.py, java_values.py, java_objects.py and
java_known.py say what is typed and with which variables, java_host.py asks the JDKs what it comes to.
Invariant: a case that the JDK cannot decide says by which rule it comes out.

    python3 java_conditions.py HOME_OF_NEWEST_JDK HOME_OF_JDK_17
    python3 java_conditions.py --check
"""

from java_host import main
from java_known import known
from java_objects import containers, objects, redaction, strings
from java_values import arithmetic, conversion, equality, logic, ordering
from java_written import bounds, literals, precedence, refusals

SECTIONS = [literals, precedence, logic, arithmetic, conversion, equality, ordering, strings, containers,
            objects, redaction, refusals, bounds, known]

if __name__ == "__main__":
    main(__file__, SECTIONS)

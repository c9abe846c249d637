// A breakpoint of a debugger next door (JDI), which reads the variable, compares, and lets the
// thread go.
//
//     java … bench.Debugger PORT      the debugger itself, told what to do a line at a time
//
// Invariant: the debugger answers each line, so that a breakpoint sits before it is run into.

package bench;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.IntegerValue;
import com.sun.jdi.Location;
import com.sun.jdi.StackFrame;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.EventRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

final class Debugger extends Means {
  private Process process;
  private BufferedReader answers;
  private PrintStream questions;

  @Override
  String name() {
    return "jdi";
  }

  @Override
  void start() throws IOException {
    List<String> command = List.of(System.getProperty("java.home") + "/bin/java", "-cp",
        System.getProperty("java.class.path"),
        "-Dbench.targets=" + System.getProperty("bench.targets"),
        "bench.Debugger", System.getProperty("bench.port"));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    answers = new BufferedReader(new InputStreamReader(process.getInputStream()));
    questions = new PrintStream(process.getOutputStream(), true);
  }

  private long ask(String question) throws IOException {
    questions.println(question);
    String answer = answers.readLine();
    if (answer == null) throw new IllegalStateException("the debugger ended");
    return Long.parseLong(answer);
  }

  @Override
  void set(String loop, boolean isConditional, int value) throws IOException {
    ask("set " + loop + " " + line(loop) + " " + isConditional + " " + value);
  }

  @Override
  void clear() throws IOException {
    ask("clear");
  }

  @Override
  long seen() throws IOException {
    return ask("seen");
  }

  @Override
  long matched() throws IOException {
    return ask("matched");
  }

  @Override
  int hits() {
    return 50;
  }

  @Override
  void stop() {
    questions.close();
    process.destroy();
  }

  // ---- the debugger's own process

  private static volatile long seen;
  private static volatile long matched;
  private static volatile boolean isConditional;
  private static volatile int wanted;

  public static void main(String[] arguments) throws Exception {
    AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
        .filter(one -> one.name().equals("com.sun.jdi.SocketAttach")).findFirst().orElseThrow();
    Map<String, Connector.Argument> how = connector.defaultArguments();
    how.get("hostname").setValue("127.0.0.1");
    how.get("port").setValue(arguments[0]);
    VirtualMachine machine = connector.attach(how);
    Thread events = new Thread(() -> listen(machine));
    events.setDaemon(true);
    events.start();
    BufferedReader questions = new BufferedReader(new InputStreamReader(System.in));
    for (String line = questions.readLine(); line != null; line = questions.readLine()) {
      System.out.println(answer(machine, line.split(" ")));
    }
    System.exit(0);
  }

  private static long answer(VirtualMachine machine, String[] words) throws Exception {
    switch (words[0]) {
      case "seen":
        return seen;
      case "matched":
        return matched;
      case "clear":
        machine.eventRequestManager().deleteAllBreakpoints();
        return 0;
      default:
        isConditional = Boolean.parseBoolean(words[3]);
        wanted = Integer.parseInt(words[4]);
        Location location = machine.classesByName("bench.Targets$" + words[1]).get(0)
            .locationsOfLine(Integer.parseInt(words[2])).get(0);
        BreakpointRequest request =
            machine.eventRequestManager().createBreakpointRequest(location);
        request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
        request.enable();
        return 0;
    }
  }

  private static void listen(VirtualMachine machine) {
    try {
      while (true) {
        EventSet set = machine.eventQueue().remove();
        for (Event event : set) {
          if (event instanceof BreakpointEvent) reached((BreakpointEvent) event);
        }
        set.resume();
      }
    } catch (Exception over) {
      // The measured process ended, or was ended by a fault of its own, which it tells itself.
      System.exit(over instanceof com.sun.jdi.VMDisconnectedException ? 0 : 1);
    }
  }

  private static void reached(BreakpointEvent event) throws Exception {
    seen++;
    if (!isConditional) return;
    StackFrame frame = event.thread().frame(0);
    IntegerValue value = (IntegerValue) frame.getValue(frame.visibleVariableByName("state"));
    if (value.value() == wanted) matched++;
  }
}

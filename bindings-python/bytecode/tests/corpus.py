"""Statements of every kind, several times over, in every layout that moves lines about.

Nothing here looks at what it computes: what counts is how often each line is entered. `run()` runs
everything, and the same way each time.
"""

import asyncio
import contextlib
import sys


def loops(n):
    total = 0
    for i in range(n):
        if i % 3 == 0:
            continue
        if i == 7:
            break
        total += i
    else:
        total += 100
    while n > 0:
        n -= 1
        if n % 2:
            total -= 1
    while n < 3: n += 1
    for i in (1, 2): total += i
    while True:
        total += 1
        if total > 10:
            break
    return total


def spread(a, b):
    result = max(
        a,
        b,
    )
    result = max(a,
                 min(
                     b,
                     a,
                 ),
                 b)
    result += (
        a +
        b * result
    )
    numbers = [
        a,
        b,
        result,
    ]
    table = {
        "a": a,
        "b": [b,
              a],
    }
    text = f"{a} {b}" \
        f"{result}"
    if (a and
            b and
            result):
        numbers.append(
            len(table)
        )
    if (a == 1 or
            b == 1):
        numbers.append(0)
    for number in sorted(
        numbers,
        key=abs,
    ):
        result += number
    while (
        result > 0 and
        number
    ):
        result -= 50
    assert result < 1000, (
        "too much"
    )
    return (
        result,
        text,
    )


def one_line(x): return x + 1


def choices(x):
    y = 1 if x else 2
    z = (x and
         y)
    call = one_line(1 if x else
                    2)
    return y, z, call


def tries(x):
    try:
        if x == 1:
            raise ValueError(x)
        if x == 2:
            raise KeyError(
                x,
                "two",
            )
        if x == 3:
            return "three"
        found = x
    except ValueError as error:
        found = error
    except (KeyError,
            IndexError):
        found = None
    else:
        found = 5
    finally:
        x = 0
    try:
        try:
            1 / x
        finally:
            x = 1
    except ZeroDivisionError: pass
    return found


@contextlib.contextmanager
def context(swallow=False):
    try:
        yield 1
    except ValueError:
        if not swallow:
            raise


def withs(x):
    with context() as a:
        y = a
    with context(True):
        y += 1
        if x:
            raise ValueError
        y += 2
    with context(True): y = one_line(y)
    with context(), \
            context() as b:
        y += b
    with context(
        True
    ) as c:
        y += c
        raise ValueError(
            "again"
        )
    try:
        with context():
            y = 0
            raise ValueError
    except ValueError:
        y += 1
    for _ in range(2):
        with context():
            if x:
                continue
            y += 1
    with context():
        return y


def generator(n):
    for i in range(n):
        got = yield i
        if got:
            yield got
    yield from range(2)
    result = yield from inner_generator()
    while n > 0: n -= 1; yield n
    try:
        yield
    finally:
        n = result


def inner_generator():
    try:
        yield 1
        yield (
            2
        )
    except ValueError:
        yield 3
    return 4


def drive():
    running = generator(3)
    next(running)
    running.send("x")
    for _ in running:
        pass
    running = generator(0)
    next(running)
    running.close()
    running = generator(0)
    next(running)
    next(running)
    next(running)
    running.throw(ValueError)
    with contextlib.suppress(StopIteration):
        while True:
            next(running)
    running = generator(0)
    for _ in range(3):
        next(running)
    try:
        running.throw(KeyError("thrown"))
    except KeyError:
        pass


def comprehensions(n):
    a = [i for i in range(n)]
    b = {
        i: i * 2
        for i in a
        if i
    }
    c = {i for i in b
         if i}
    d = sum(i
            for i in c)
    e = list(map(lambda x: x + 1, a))
    f = [(i, j)
         for i in a
         for j in b]
    g = [[
        j for j in range(i)]
        for i in range(2)]
    return a, b, c, d, e, f, g


def wrap(f):
    def wrapped(*args, **kwargs):
        return f(*args, **kwargs)
    return wrapped


def classes(n):
    @wrap
    def decorated(x):
        return x

    class Thing(object):
        """Says."""

        count = 0
        if n:
            count = n

        def __init__(self):
            super().__init__()
            self.x = decorated(1)

        @property
        def y(self):
            return self.x

        def grow(
            self,
            by=(1 +
                2),
        ):
            self.x += by
            return self

    thing = Thing()
    thing.grow().grow(
        3
    ).grow()
    (thing
     .grow(2)
     .grow(
         by=1))
    return thing.y, lambda: (
        thing.y)


def deep(n):
    if n:
        return deep(n - 1) + \
            1
    return 0


def raises(n):
    for i in range(n):
        try:
            if i == 1:
                raise ValueError
            if i == 2:
                [][
                    i]
        except ValueError:
            continue
        except IndexError: break
        finally:
            n -= 1
    def fails():
        value = one_line(
            None)
        return value
    try:
        fails()
    except TypeError as error:
        kept = error
    del kept
    global made
    made = n
    del made


async def sleeper(n):
    await asyncio.sleep(0)
    for _ in range(n):
        await asyncio.sleep(
            0)
    return n


class Asynchronous:
    def __init__(self, n):
        self.n = n

    async def __aenter__(self):
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_):
        await asyncio.sleep(0)
        return True

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n <= 0:
            raise StopAsyncIteration
        self.n -= 1
        await asyncio.sleep(0)
        return self.n


async def asynchronous(n):
    a = await sleeper(n)
    b = [await sleeper(i) for i in range(2)]
    async for i in Asynchronous(3):
        a += i
        if i == 1:
            continue
    else:
        a += 1
    async with Asynchronous(1) as c:
        a += c.n
    async with Asynchronous(1):
        raise ValueError
    async with Asynchronous(1): a += 1
    d = [i async for i in Asynchronous(3)
         if i]
    e = [
        a or
        await sleeper(1), 3]
    async def stream():
        for i in range(3):
            yield i
            await sleeper(
                0)
    async for i in stream(): a += i
    results = await asyncio.gather(
        sleeper(1),
        sleeper(2),
    )
    try:
        await asyncio.wait_for(sleeper(10 ** 9), 0)
    except asyncio.TimeoutError:
        a += 1
    return a, b, d, e, results


NEWER = {
    10: '''
def matches(x):
    match x:
        case 1 | 2:
            y = 1
        case [a, b] if a:
            y = b
        case {"k": v,
              **rest}:
            y = v
        case str(z):
            y = z
        case _:
            y = None
    with (context() as a,
          context() as b):
        y = a + b
    return y

def of_10():
    for x in (1, 2, [1, 2], [0, 2], {"k": 1, "l": 2}, "s", None):
        matches(x)
''',
    11: '''
def groups(x):
    try:
        if x:
            raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
        y = 1
    except* ValueError as group:
        y = 2
    except* KeyError:
        y = 3
    else:
        y = 4
    return y

def of_11():
    for x in (0, 1):
        groups(x)
''',
}


def run():
    loops(0)
    loops(12)
    spread(1, 2)
    spread(3, 4)
    spread(0, 1)
    for x in (0, 1):
        choices(x)
    for x in range(5):
        tries(x)
    withs(0)
    withs(1)
    drive()
    comprehensions(4)
    for n in (0, 3):
        classes(n)[1]()
    deep(3)
    raises(4)
    asyncio.run(asynchronous(3))
    for minor, text in NEWER.items():
        if sys.version_info >= (3, minor):
            space = {"context": context}
            exec(COMPILE(text, f"of_{minor}", "exec"), space)
            space[f"of_{minor}"]()


# Replaced by those who want the code of `NEWER` rewritten as well.
COMPILE = compile

"""Customers for the shop: orders at a steady rate for a bounded time. Needs the stdlib only.

`python load.py --port 8000 --seconds 60 --rate 20`; the same seed buys the same things.
"""

import argparse
import json
import random
import sys
import time
import urllib.error
import urllib.request

SKUS = ["SF-1001", "SF-1007", "SF-1042", "SF-1100", "SF-1200"]


def order(rng: random.Random) -> tuple[int, dict]:
    items = {sku: rng.randint(1, 3) for sku in rng.sample(SKUS, rng.randint(1, 3))}
    return rng.randint(1, 8), {"items": items, "coupon": rng.choice([None, None, "WELCOME"])}


def send(base: str, user: int, wanted: dict) -> float:
    """Places an order and answers how many milliseconds it took."""
    data = json.dumps(wanted).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{base}/orders/{user}", data, headers)
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=5) as answer:
        answer.read()
    return (time.perf_counter() - start) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=20, help="orders a second")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    times, failed = [], 0
    end = time.monotonic() + args.seconds
    while time.monotonic() < end:
        try:
            times.append(send(f"http://127.0.0.1:{args.port}", *order(rng)))
        except (urllib.error.URLError, OSError):
            failed += 1
        time.sleep(1 / args.rate)
    times.sort()
    median = times[len(times) // 2] if times else float("nan")
    print(json.dumps({"orders": len(times), "failed": failed, "median_ms": round(median, 3)}))
    return 0 if times else 1


if __name__ == "__main__":
    sys.exit(main())

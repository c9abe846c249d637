// Small loops, for what a check costs where nothing else takes time.
'use strict';

function step(n, table) {
  let x = n & 7;
  x = table[x] + n;
  return x ^ 3;
}

exports.calls = function calls(count) {
  const table = [1, 2, 3, 4, 5, 6, 7, 8];
  let sum = 0;
  for (let n = 0; n < count; n++) {
    sum = (sum + step(n, table)) | 0;
  }
  return sum;
};

exports.loop = function loop(count) {
  let a = 1;
  let b = 0;
  for (let n = 0; n < count; n++) {
    a = (a * 1103515245 + 12345) | 0;
    b = (b ^ a) | 0;
    if (b > 5)
      b -= n;
  }
  return b;
};

exports.objects = function objects(count) {
  const items = Array.from({ length: 64 }, (_, id) => ({ id, price: id * 2 }));
  let total = 0;
  for (let n = 0; n < count; n += 64) {
    for (const item of items) {
      const price = item.price * 3;
      total += price > 100 ? item.id : price;
    }
  }
  return total;
};

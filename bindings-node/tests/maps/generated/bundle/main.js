var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// src/main.ts
var main_exports = {};
__export(main_exports, {
  OrdersService: () => OrdersService,
  chain: () => chain,
  rate: () => rate,
  twice: () => twice
});
module.exports = __toCommonJS(main_exports);

// src/rates.ts
var RATES = { fr: 2, de: 3 };
function rate(country) {
  const known = RATES[country];
  return known ?? 1;
}

// src/orders/orders.service.ts
var OrdersService = class {
  constructor(owner) {
    this.owner = owner;
  }
  owner;
  items = [];
  add(item) {
    this.items.push(item);
  }
  total(country) {
    let sum = 0;
    for (const item of this.items) {
      sum += item.price * rate(country);
    }
    return sum;
  }
  async place(country) {
    const total = this.total(country);
    const order = await Promise.resolve({ owner: this.owner, total });
    return order;
  }
};
var twice = (amount) => {
  const doubled = amount * 2;
  return doubled;
};
function chain(amounts) {
  return amounts.map((amount) => twice(amount)).filter((amount) => amount > 2);
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  OrdersService,
  chain,
  rate,
  twice
});
//# sourceMappingURL=main.js.map

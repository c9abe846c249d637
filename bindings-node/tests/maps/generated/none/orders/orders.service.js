"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.twice = exports.OrdersService = void 0;
exports.chain = chain;
const rates_1 = require("../rates");
class OrdersService {
    owner;
    items = [];
    constructor(owner) {
        this.owner = owner;
    }
    add(item) {
        this.items.push(item);
    }
    total(country) {
        let sum = 0;
        for (const item of this.items) {
            sum += item.price * (0, rates_1.rate)(country); //: body
        }
        return sum; //: total
    }
    async place(country) {
        const total = this.total(country);
        const order = await Promise.resolve({ owner: this.owner, total }); //: order
        return order; //: placed
    }
}
exports.OrdersService = OrdersService;
const twice = (amount) => {
    const doubled = amount * 2;
    return doubled; //: twice
};
exports.twice = twice;
function chain(amounts) {
    return amounts.map(amount => (0, exports.twice)(amount)).filter(amount => amount > 2); //: chain
}

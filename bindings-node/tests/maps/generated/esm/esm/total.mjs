import { rate } from './rate.mjs';
export function total(lines = [{ price: 2 }]) {
    let sum = 0;
    for (const { price, count = 1 } of lines) {
        sum += price * count * rate; //: body
    }
    return sum; //: total
}
//# sourceMappingURL=total.mjs.map
"use strict";
var __awaiter = (this && this.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.twice = exports.OrdersService = void 0;
exports.chain = chain;
const rates_1 = require("../rates");
class OrdersService {
    constructor(owner) {
        this.owner = owner;
        this.items = [];
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
    place(country) {
        return __awaiter(this, void 0, void 0, function* () {
            const total = this.total(country);
            const order = yield Promise.resolve({ owner: this.owner, total }); //: order
            return order; //: placed
        });
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
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJmaWxlIjoib3JkZXJzLnNlcnZpY2UuanMiLCJzb3VyY2VSb290IjoiIiwic291cmNlcyI6WyIuLi8uLi9zcmMvb3JkZXJzL29yZGVycy5zZXJ2aWNlLnRzIl0sIm5hbWVzIjpbXSwibWFwcGluZ3MiOiI7Ozs7Ozs7Ozs7OztBQXVDQSxzQkFFQztBQXpDRCxvQ0FBK0I7QUFVL0IsTUFBYSxhQUFhO0lBR3hCLFlBQThCLEtBQWE7UUFBYixVQUFLLEdBQUwsS0FBSyxDQUFRO1FBRjFCLFVBQUssR0FBVyxFQUFFLENBQUE7SUFFVyxDQUFDO0lBRS9DLEdBQUcsQ0FBRSxJQUFVO1FBQ2IsSUFBSSxDQUFDLEtBQUssQ0FBQyxJQUFJLENBQUMsSUFBSSxDQUFDLENBQUE7SUFDdkIsQ0FBQztJQUVELEtBQUssQ0FBRSxPQUFlO1FBQ3BCLElBQUksR0FBRyxHQUFXLENBQUMsQ0FBQTtRQUNuQixLQUFLLE1BQU0sSUFBSSxJQUFJLElBQUksQ0FBQyxLQUFLLEVBQUUsQ0FBQztZQUM5QixHQUFHLElBQUksSUFBSSxDQUFDLEtBQUssR0FBRyxJQUFBLFlBQUksRUFBQyxPQUFPLENBQUMsQ0FBQSxDQUFDLFFBQVE7UUFDNUMsQ0FBQztRQUNELE9BQU8sR0FBRyxDQUFBLENBQUMsU0FBUztJQUN0QixDQUFDO0lBRUssS0FBSyxDQUFFLE9BQWU7O1lBQzFCLE1BQU0sS0FBSyxHQUFHLElBQUksQ0FBQyxLQUFLLENBQUMsT0FBTyxDQUFDLENBQUE7WUFDakMsTUFBTSxLQUFLLEdBQUcsTUFBTSxPQUFPLENBQUMsT0FBTyxDQUFDLEVBQUUsS0FBSyxFQUFFLElBQUksQ0FBQyxLQUFLLEVBQUUsS0FBSyxFQUFFLENBQUMsQ0FBQSxDQUFDLFNBQVM7WUFDM0UsT0FBTyxLQUFLLENBQUEsQ0FBQyxVQUFVO1FBQ3pCLENBQUM7S0FBQTtDQUNGO0FBdEJELHNDQXNCQztBQUVNLE1BQU0sS0FBSyxHQUFHLENBQUMsTUFBYyxFQUFVLEVBQUU7SUFDOUMsTUFBTSxPQUFPLEdBQUcsTUFBTSxHQUFHLENBQUMsQ0FBQTtJQUMxQixPQUFPLE9BQU8sQ0FBQSxDQUFDLFNBQVM7QUFDMUIsQ0FBQyxDQUFBO0FBSFksUUFBQSxLQUFLLFNBR2pCO0FBRUQsU0FBZ0IsS0FBSyxDQUFFLE9BQWlCO0lBQ3RDLE9BQU8sT0FBTyxDQUFDLEdBQUcsQ0FBQyxNQUFNLENBQUMsRUFBRSxDQUFDLElBQUEsYUFBSyxFQUFDLE1BQU0sQ0FBQyxDQUFDLENBQUMsTUFBTSxDQUFDLE1BQU0sQ0FBQyxFQUFFLENBQUMsTUFBTSxHQUFHLENBQUMsQ0FBQyxDQUFBLENBQUMsU0FBUztBQUNwRixDQUFDIiwic291cmNlc0NvbnRlbnQiOlsiaW1wb3J0IHsgcmF0ZSB9IGZyb20gJy4uL3JhdGVzJ1xuXG4vKiogV2hhdCBpcyBzb2xkLiAqL1xuZXhwb3J0IGludGVyZmFjZSBJdGVtIHtcbiAgc2t1OiBzdHJpbmdcbiAgcHJpY2U6IG51bWJlclxufVxuXG50eXBlIFRvdGFsID0gbnVtYmVyXG5cbmV4cG9ydCBjbGFzcyBPcmRlcnNTZXJ2aWNlIHtcbiAgcHJpdmF0ZSByZWFkb25seSBpdGVtczogSXRlbVtdID0gW11cblxuICBjb25zdHJ1Y3RvciAocHJpdmF0ZSByZWFkb25seSBvd25lcjogc3RyaW5nKSB7fVxuXG4gIGFkZCAoaXRlbTogSXRlbSk6IHZvaWQge1xuICAgIHRoaXMuaXRlbXMucHVzaChpdGVtKVxuICB9XG5cbiAgdG90YWwgKGNvdW50cnk6IHN0cmluZyk6IFRvdGFsIHtcbiAgICBsZXQgc3VtOiBudW1iZXIgPSAwXG4gICAgZm9yIChjb25zdCBpdGVtIG9mIHRoaXMuaXRlbXMpIHtcbiAgICAgIHN1bSArPSBpdGVtLnByaWNlICogcmF0ZShjb3VudHJ5KSAvLzogYm9keVxuICAgIH1cbiAgICByZXR1cm4gc3VtIC8vOiB0b3RhbFxuICB9XG5cbiAgYXN5bmMgcGxhY2UgKGNvdW50cnk6IHN0cmluZyk6IFByb21pc2U8eyBvd25lcjogc3RyaW5nLCB0b3RhbDogVG90YWwgfT4ge1xuICAgIGNvbnN0IHRvdGFsID0gdGhpcy50b3RhbChjb3VudHJ5KVxuICAgIGNvbnN0IG9yZGVyID0gYXdhaXQgUHJvbWlzZS5yZXNvbHZlKHsgb3duZXI6IHRoaXMub3duZXIsIHRvdGFsIH0pIC8vOiBvcmRlclxuICAgIHJldHVybiBvcmRlciAvLzogcGxhY2VkXG4gIH1cbn1cblxuZXhwb3J0IGNvbnN0IHR3aWNlID0gKGFtb3VudDogbnVtYmVyKTogbnVtYmVyID0+IHtcbiAgY29uc3QgZG91YmxlZCA9IGFtb3VudCAqIDJcbiAgcmV0dXJuIGRvdWJsZWQgLy86IHR3aWNlXG59XG5cbmV4cG9ydCBmdW5jdGlvbiBjaGFpbiAoYW1vdW50czogbnVtYmVyW10pOiBudW1iZXJbXSB7XG4gIHJldHVybiBhbW91bnRzLm1hcChhbW91bnQgPT4gdHdpY2UoYW1vdW50KSkuZmlsdGVyKGFtb3VudCA9PiBhbW91bnQgPiAyKSAvLzogY2hhaW5cbn1cbiJdfQ==
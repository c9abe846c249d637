"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.rate = rate;
const RATES = { fr: 2, de: 3 };
function rate(country) {
    const known = RATES[country];
    return known !== null && known !== void 0 ? known : 1; //: rate
}
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJmaWxlIjoicmF0ZXMuanMiLCJzb3VyY2VSb290IjoiIiwic291cmNlcyI6WyIuLi9zcmMvcmF0ZXMudHMiXSwibmFtZXMiOltdLCJtYXBwaW5ncyI6Ijs7QUFFQSxvQkFHQztBQUxELE1BQU0sS0FBSyxHQUEyQixFQUFFLEVBQUUsRUFBRSxDQUFDLEVBQUUsRUFBRSxFQUFFLENBQUMsRUFBRSxDQUFBO0FBRXRELFNBQWdCLElBQUksQ0FBRSxPQUFlO0lBQ25DLE1BQU0sS0FBSyxHQUFHLEtBQUssQ0FBQyxPQUFPLENBQUMsQ0FBQTtJQUM1QixPQUFPLEtBQUssYUFBTCxLQUFLLGNBQUwsS0FBSyxHQUFJLENBQUMsQ0FBQSxDQUFDLFFBQVE7QUFDNUIsQ0FBQyIsInNvdXJjZXNDb250ZW50IjpbImNvbnN0IFJBVEVTOiBSZWNvcmQ8c3RyaW5nLCBudW1iZXI+ID0geyBmcjogMiwgZGU6IDMgfVxuXG5leHBvcnQgZnVuY3Rpb24gcmF0ZSAoY291bnRyeTogc3RyaW5nKTogbnVtYmVyIHtcbiAgY29uc3Qga25vd24gPSBSQVRFU1tjb3VudHJ5XVxuICByZXR1cm4ga25vd24gPz8gMSAvLzogcmF0ZVxufVxuIl19
"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.rate = exports.twice = exports.chain = exports.OrdersService = void 0;
var orders_service_1 = require("./orders/orders.service");
Object.defineProperty(exports, "OrdersService", { enumerable: true, get: function () { return orders_service_1.OrdersService; } });
Object.defineProperty(exports, "chain", { enumerable: true, get: function () { return orders_service_1.chain; } });
Object.defineProperty(exports, "twice", { enumerable: true, get: function () { return orders_service_1.twice; } });
var rates_1 = require("./rates");
Object.defineProperty(exports, "rate", { enumerable: true, get: function () { return rates_1.rate; } });
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJmaWxlIjoibWFpbi5qcyIsInNvdXJjZVJvb3QiOiIiLCJzb3VyY2VzIjpbIi4uL3NyYy9tYWluLnRzIl0sIm5hbWVzIjpbXSwibWFwcGluZ3MiOiI7OztBQUFBLDBEQUFxRTtBQUE1RCwrR0FBQSxhQUFhLE9BQUE7QUFBRSx1R0FBQSxLQUFLLE9BQUE7QUFBRSx1R0FBQSxLQUFLLE9BQUE7QUFDcEMsaUNBQThCO0FBQXJCLDZGQUFBLElBQUksT0FBQSIsInNvdXJjZXNDb250ZW50IjpbImV4cG9ydCB7IE9yZGVyc1NlcnZpY2UsIGNoYWluLCB0d2ljZSB9IGZyb20gJy4vb3JkZXJzL29yZGVycy5zZXJ2aWNlJ1xuZXhwb3J0IHsgcmF0ZSB9IGZyb20gJy4vcmF0ZXMnXG4iXX0=
"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.rate = exports.twice = exports.chain = exports.OrdersService = void 0;
var orders_service_1 = require("./orders/orders.service");
Object.defineProperty(exports, "OrdersService", { enumerable: true, get: function () { return orders_service_1.OrdersService; } });
Object.defineProperty(exports, "chain", { enumerable: true, get: function () { return orders_service_1.chain; } });
Object.defineProperty(exports, "twice", { enumerable: true, get: function () { return orders_service_1.twice; } });
var rates_1 = require("./rates");
Object.defineProperty(exports, "rate", { enumerable: true, get: function () { return rates_1.rate; } });
//# sourceMappingURL=main.js.map
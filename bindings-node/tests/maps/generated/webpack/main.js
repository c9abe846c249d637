/******/ (() => { // webpackBootstrap
/******/ 	"use strict";
/******/ 	var __webpack_modules__ = ([
/* 0 */,
/* 1 */
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   OrdersService: () => (/* binding */ OrdersService),
/* harmony export */   chain: () => (/* binding */ chain),
/* harmony export */   twice: () => (/* binding */ twice)
/* harmony export */ });
/* harmony import */ var _rates__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2);

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
            sum += item.price * (0,_rates__WEBPACK_IMPORTED_MODULE_0__.rate)(country); //: body
        }
        return sum; //: total
    }
    async place(country) {
        const total = this.total(country);
        const order = await Promise.resolve({ owner: this.owner, total }); //: order
        return order; //: placed
    }
}
const twice = (amount) => {
    const doubled = amount * 2;
    return doubled; //: twice
};
function chain(amounts) {
    return amounts.map(amount => twice(amount)).filter(amount => amount > 2); //: chain
}


/***/ }),
/* 2 */
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   rate: () => (/* binding */ rate)
/* harmony export */ });
const RATES = { fr: 2, de: 3 };
function rate(country) {
    const known = RATES[country];
    return known ?? 1; //: rate
}


/***/ })
/******/ 	]);
/************************************************************************/
/******/ 	// The module cache
/******/ 	const __webpack_module_cache__ = {};
/******/ 	
/******/ 	// The require function
/******/ 	function __webpack_require__(moduleId) {
/******/ 		// Check if module is in cache
/******/ 		const cachedModule = __webpack_module_cache__[moduleId];
/******/ 		if (cachedModule !== undefined) {
/******/ 			return cachedModule.exports;
/******/ 		}
/******/ 		// Create a new module (and put it into the cache)
/******/ 		const module = __webpack_module_cache__[moduleId] = {
/******/ 			// no module.id needed
/******/ 			// no module.loaded needed
/******/ 			exports: {}
/******/ 		};
/******/ 	
/******/ 		// Execute the module function
/******/ 		__webpack_modules__[moduleId](module, module.exports, __webpack_require__);
/******/ 	
/******/ 		// Return the exports of the module
/******/ 		return module.exports;
/******/ 	}
/******/ 	
/************************************************************************/
/******/ 	/* webpack/runtime/define property getters */
/******/ 	// define getter/value functions for harmony exports
/******/ 	__webpack_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__webpack_require__.o(definition, key) && !__webpack_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ 	
/******/ 	/* webpack/runtime/hasOwnProperty shorthand */
/******/ 	__webpack_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop));
/******/ 	
/******/ 	/* webpack/runtime/make namespace object */
/******/ 	// define __esModule on exports
/******/ 	__webpack_require__.r = (exports) => {
/******/ 		Object.defineProperties(exports, { [Symbol.toStringTag]: { value: 'Module' }, __esModule: { value: true } });
/******/ 	};
/******/ 	
/************************************************************************/
let __webpack_exports__ = {};
// This entry needs to be wrapped in an IIFE because it needs to be isolated against other modules in the chunk.
(() => {
__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   OrdersService: () => (/* reexport safe */ _orders_orders_service__WEBPACK_IMPORTED_MODULE_0__.OrdersService),
/* harmony export */   chain: () => (/* reexport safe */ _orders_orders_service__WEBPACK_IMPORTED_MODULE_0__.chain),
/* harmony export */   rate: () => (/* reexport safe */ _rates__WEBPACK_IMPORTED_MODULE_1__.rate),
/* harmony export */   twice: () => (/* reexport safe */ _orders_orders_service__WEBPACK_IMPORTED_MODULE_0__.twice)
/* harmony export */ });
/* harmony import */ var _orders_orders_service__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1);
/* harmony import */ var _rates__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2);



})();

module.exports = __webpack_exports__;
/******/ })()
;
//# sourceMappingURL=main.js.map
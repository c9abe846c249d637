export const rate = 3;
//# sourceMappingURL=rate.mjs.map
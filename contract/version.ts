/** Of the contract between a UI and the core. Grows by one with every change that an older peer would misread. */
export const CONTRACT_VERSION = 1;

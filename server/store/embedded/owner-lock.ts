/**
 * Advisory lock held on one connection for as long as a server uses the data folder. It ends with the process,
 * however that ends.
 */
export const ownerLock = 1_234_500_002;

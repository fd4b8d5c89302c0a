// What a key allows. The bits are stored; the names are on every wire.

export const PERMISSION_NAMES = ["read", "trade", "transfer", "admin"] as const;
export type PermissionName = (typeof PERMISSION_NAMES)[number];

/** Bits of a key's permissions. Numbers are never reused. */
export const PermissionBit = { read: 1, trade: 2, transfer: 4, admin: 8 } as const satisfies Record<
  PermissionName,
  number
>;

/** Joins names to bits. */
export function toPermissionBits(names: readonly PermissionName[]): number {
  return names.reduce((bits, name) => bits | PermissionBit[name], 0);
}

/** Lists the names of bits, weakest first. */
export function toPermissionNames(bits: number): PermissionName[] {
  return PERMISSION_NAMES.filter((name) => (bits & PermissionBit[name]) !== 0);
}

interface Row { id: number }
export const rows: Row[] = [];

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Media type of a sheet that somebody chose; browsers do not agree on it. */
export const sheetType = (file: File): string => (file.name.toLowerCase().endsWith('.xlsx') ? XLSX : 'text/csv');

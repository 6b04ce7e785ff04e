import { createContext } from 'react';

/** What a browser remembers of how its user likes the page. */
export interface Prefs {
  dark: boolean;
  setDark: (dark: boolean) => void;
}

export const PrefsContext = createContext<Prefs>({ dark: false, setDark: () => undefined });

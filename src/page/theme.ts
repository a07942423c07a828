// Light or dark: the system's, until the person says otherwise; on paper always light (page.css).

type Theme = 'light' | 'dark';

const KEY = 'jtrace-theme';
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

/** Applies the theme; what it returns switches to the other one. */
export function startTheme(): () => void {
  let chosen = remembered();
  const current = (): Theme => chosen ?? (systemIsDark.matches ? 'dark' : 'light');
  const apply = (): void => {
    document.documentElement.dataset['theme'] = current();
  };
  systemIsDark.addEventListener('change', apply);
  apply();
  return () => {
    chosen = current() === 'dark' ? 'light' : 'dark';
    remember(chosen);
    apply();
  };
}

/** A page opened as a file may have no storage. */
function remembered(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null;
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Then it is asked again next time.
  }
}

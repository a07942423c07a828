// A reader that has seen enough (`| head`) ends the run: nobody is there for the rest.

import type { Output } from './terminal/streams.ts';

export function stopWithReader(output: Output): { readonly stop: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const onError = (): void => {
    controller.abort('SIGPIPE');
  };
  output.on?.('error', onError);
  return { stop: controller.signal, release: () => output.off?.('error', onError) };
}

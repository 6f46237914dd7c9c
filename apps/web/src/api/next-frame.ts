// Owns: doing something at most once a frame, however often it is asked for. Must not know: what.

/** Returns a function that asks; what is pending is dropped by `.cancel()`. Works in a hidden tab too, where there are no frames. */
export function oncePerFrame(work: () => void): (() => void) & { cancel(): void } {
  let frame: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    cancel();
    work();
  };
  const cancel = (): void => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = timer = undefined;
  };
  const request = (): void => {
    if (frame !== undefined) return;
    frame = requestAnimationFrame(run);
    timer = setTimeout(run, 500);
  };
  return Object.assign(request, { cancel });
}

import { useEffect, useRef } from 'react';
import type { ReactElement } from 'react';
import type { Microphone } from '../lib/microphone.ts';

export interface LevelMeterProps {
  readonly microphone: Microphone;
  readonly label: string;
  /** Called once, when something that sounds like speech was heard. */
  readonly onHeard: () => void;
}

/** A bar that follows the microphone; drawn outside React, at the screen's pace. */
export function LevelMeter({ microphone, label, onHeard }: LevelMeterProps): ReactElement {
  const bar = useRef<HTMLDivElement>(null);
  const heard = useRef(onHeard);
  useEffect(() => {
    heard.current = onHeard;
  });
  useEffect(() => {
    let frame = 0;
    let shown = 0;
    let loudFrames = 0;
    const draw = (): void => {
      const level = microphone.level();
      shown = Math.max(level, shown * 0.92);
      if (bar.current !== null) bar.current.style.clipPath = `inset(0 ${((1 - shown) * 100).toFixed(1)}% 0 0)`;
      if (level > 0.35) loudFrames += 1;
      if (loudFrames === 6) heard.current();
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [microphone]);
  return (
    <div className="level" role="img" aria-label={label}>
      <div className="level-bar" ref={bar} />
    </div>
  );
}

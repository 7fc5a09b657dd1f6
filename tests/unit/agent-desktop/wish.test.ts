import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Wish } from '../../../agent-desktop/src/lib/wish.ts';

describe('something wanted', () => {
  const attempts: ((done: boolean) => void)[] = [];
  let allowed = true;
  let wish: Wish;

  const end = async (done: boolean): Promise<void> => {
    attempts.at(-1)?.(done);
    await jest.advanceTimersByTimeAsync(0);
  };

  beforeEach(() => {
    jest.useFakeTimers();
    attempts.length = 0;
    allowed = true;
    const attempt = (): Promise<boolean> => new Promise((resolve) => attempts.push(resolve));
    wish = new Wish({ attempt, canTry: () => allowed, againMs: 1_000 });
  });
  afterEach(() => {
    wish.close();
    jest.useRealTimers();
  });

  it('is tried again until it is done, and then no more', async () => {
    wish.want();
    await end(false);
    await jest.advanceTimersByTimeAsync(999);
    expect(attempts).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    await end(true);
    await jest.advanceTimersByTimeAsync(60_000);
    wish.retry();
    expect(attempts).toHaveLength(2);
  });

  it('waits until it can be tried', async () => {
    allowed = false;
    wish.want();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(attempts).toHaveLength(0);
    allowed = true;
    wish.retry();
    expect(attempts).toHaveLength(1);
  });

  it('is not done by an attempt that began before the last wish', async () => {
    wish.want();
    wish.want();
    expect(attempts).toHaveLength(1);
    await end(true);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(attempts).toHaveLength(2);
  });

  it('is nothing any more once it is closed', async () => {
    wish.want();
    wish.close();
    await end(false);
    await jest.advanceTimersByTimeAsync(60_000);
    wish.want();
    expect(attempts).toHaveLength(1);
  });
});

package org.genimage.data.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.concurrent.CancellationException;

/**
 * Tells an interrupt from a failure. The JDK closes the channel that an interrupted thread reads or
 * writes, and reports it as an {@link IOException}. That says nothing about the file.
 */
public final class Interruption {

  private Interruption() {}

  /**
   * Ends the work if this thread is interrupted.
   *
   * @param doing what is interrupted, such as {@code reading a.png}
   * @throws CancellationException if it is; the interrupt flag stays set
   */
  public static void check(String doing) {
    if (Thread.currentThread().isInterrupted()) {
      throw cancelled(doing);
    }
  }

  /**
   * Ends the work if a failure comes from an interrupt.
   *
   * @param e what reading or writing threw
   * @param doing what is interrupted, such as {@code reading a.png}
   * @throws CancellationException if it does; the interrupt flag is then set
   */
  public static void check(IOException e, String doing) {
    check(doing);
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (isInterrupt(cause)) {
        Thread.currentThread().interrupt();
        throw cancelled(doing);
      }
    }
  }

  private static boolean isInterrupt(Throwable cause) {
    return cause instanceof ClosedByInterruptException
        || cause instanceof FileLockInterruptionException
        || (cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException));
  }

  private static CancellationException cancelled(String doing) {
    return new CancellationException("interrupted while " + doing);
  }

  /**
   * Works as if this thread were not interrupted: for a checkpoint, or a line of a table. The
   * interrupt flag is set afterwards if it was set before or meanwhile.
   *
   * @param work done anew if an interrupt ends it by a {@link CancellationException}
   */
  public static void deferred(Runnable work) {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          work.run();
          return;
        } catch (CancellationException e) {
          if (!Thread.interrupted()) {
            throw e;
          }
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

package org.genimage.data.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Feeds a reader damaged copies of good files for a while. The reader may accept an input or refuse
 * it with one of the allowed exceptions. Anything else fails the test: another exception, an error,
 * or ten seconds without an answer. The failure shows the input and the seed.
 *
 * <p>{@code genimage.fuzz.seconds} says how long (half a second by default, a minute in the profile
 * {@code fuzz}), {@code genimage.fuzz.seed} repeats a run.
 */
public final class Fuzzer {

  /** Reads one input. */
  public interface Reader {
    /** Reads the input, and throws what the format's reader throws. */
    void read(byte[] input) throws Exception;
  }

  private static final long SECONDS_PER_INPUT = 10;
  private static final int SHOWN_BYTES = 4096;

  private static final int[] EXTREMES = {
    0, 1, -1, 127, 128, 255, 256, 65_535, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 30
  };

  private final List<byte[]> seeds;
  private final List<Class<? extends Throwable>> allowed;

  private Fuzzer(List<byte[]> seeds, List<Class<? extends Throwable>> allowed) {
    this.seeds = seeds;
    this.allowed = allowed;
  }

  /** Returns a fuzzer that starts from copies of these files. */
  public static Fuzzer of(byte[]... seeds) {
    return new Fuzzer(List.of(seeds), List.of());
  }

  /** Returns this with one more exception by which the reader may refuse an input. */
  public Fuzzer allowing(Class<? extends Throwable> exception) {
    List<Class<? extends Throwable>> more = new ArrayList<>(allowed);
    more.add(exception);
    return new Fuzzer(seeds, List.copyOf(more));
  }

  /**
   * Reads damaged copies until the time is over. The seed is printed before the first one, so that
   * a run that ends the virtual machine or never ends can be repeated, and the number afterwards.
   */
  public void run(String name, Reader reader) {
    double seconds = Double.parseDouble(System.getProperty("genimage.fuzz.seconds", "0.5"));
    long seed = Long.getLong("genimage.fuzz.seed", System.nanoTime());
    Random random = new Random(seed);
    System.out.printf("fuzz %s: -Dgenimage.fuzz.seed=%d%n", name, seed);
    System.out.flush();
    ExecutorService thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread fuzzing = new Thread(task, "fuzz-" + name);
              fuzzing.setDaemon(true);
              return fuzzing;
            });
    long end = System.nanoTime() + (long) (seconds * 1e9);
    long inputs = 0;
    try {
      while (System.nanoTime() < end) {
        byte[] input = damaged(random);
        check(name, seed, input, thread.submit(() -> read(reader, input)));
        inputs++;
      }
    } finally {
      thread.shutdownNow();
    }
    System.out.printf("fuzz %s: %d inputs%n", name, inputs);
  }

  private static Void read(Reader reader, byte[] input) throws Exception {
    reader.read(input);
    return null;
  }

  private void check(String name, long seed, byte[] input, Future<Void> reading) {
    String shown =
        "input of "
            + input.length
            + " bytes, seed "
            + seed
            + ": "
            + HexFormat.of().formatHex(input, 0, Math.min(input.length, SHOWN_BYTES));
    try {
      reading.get(SECONDS_PER_INPUT, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(name + " does not end, " + shown, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (ExecutionException e) {
      if (allowed.stream().noneMatch(type -> type.isInstance(e.getCause()))) {
        throw new AssertionError(name + " failed, " + shown, e.getCause());
      }
    }
  }

  private byte[] damaged(Random random) {
    byte[] input = seeds.get(random.nextInt(seeds.size())).clone();
    for (int left = 1 + random.nextInt(4); left > 0 && input.length > 0; left--) {
      input = damagedOnce(input, random);
    }
    return input;
  }

  private byte[] damagedOnce(byte[] input, Random random) {
    // Headers decide most, so half of the damage is near the beginning.
    int reach = random.nextBoolean() ? Math.min(64, input.length) : input.length;
    int at = random.nextInt(reach);
    switch (random.nextInt(7)) {
      case 0 -> input[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> input[at] = (byte) random.nextInt(256);
      case 2, 3 -> extreme(input, at, random);
      case 4 -> {
        return Arrays.copyOf(input, at);
      }
      case 5 -> {
        int length = random.nextInt(Math.min(64, input.length - at) + 1);
        byte[] shorter = Arrays.copyOf(input, input.length - length);
        System.arraycopy(input, at + length, shorter, at, input.length - at - length);
        return shorter;
      }
      default -> {
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        if (other.length > 0) {
          int from = random.nextInt(other.length);
          int length = Math.min(random.nextInt(64), other.length - from);
          System.arraycopy(other, from, input, at, Math.min(length, input.length - at));
        }
      }
    }
    return input;
  }

  private static void extreme(byte[] input, int at, Random random) {
    ByteBuffer bytes = ByteBuffer.wrap(input);
    bytes.order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    int value = EXTREMES[random.nextInt(EXTREMES.length)];
    if (random.nextBoolean() && at + Integer.BYTES <= input.length) {
      bytes.putInt(at, value);
    } else if (at + Short.BYTES <= input.length) {
      bytes.putShort(at, (short) value);
    }
  }
}

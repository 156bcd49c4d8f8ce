package org.genimage.data;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.genimage.data.internal.RawImage;

/**
 * Finds images with the same bytes among those that are read anyway. It reads nothing itself: its
 * datasets hash the bytes of an image when somebody reads them all. Images count as the same if 64
 * bits of their hashes are equal. Among 2.7 million different images, the probability of such an
 * error is 2e-7. {@code DataDoctor} compares bytes, and finds near duplicates, too.
 *
 * <p>Memory: 8 bytes per image, and 8 more in {@link #finish}. Images may be read on several
 * threads; {@link #watch} and {@link #finish} are called on one.
 */
public final class DuplicateWatch {

  private final List<Watched> parts = new ArrayList<>();
  private volatile boolean finished;

  /** The images of one role, and the hashes of those that were read, otherwise 0. */
  private record Watched(ImageDataset data, String role, AtomicLongArray hashes) {}

  /** An image: its dataset's and its own index, and its label. */
  private record Place(int part, int index, Label label) {

    /** Returns 0 for the other label, 1 for the other dataset, 2 for an image of the same kind. */
    private int rank(Place earlier) {
      return label != earlier.label ? 0 : part != earlier.part ? 1 : 2;
    }
  }

  /** Creates a watch over no images. */
  public DuplicateWatch() {}

  /**
   * Returns a dataset's images. They are watched until {@link #finish}.
   *
   * @param data the images
   * @param role what they are for, such as {@code training}
   */
  public ImageDataset watch(ImageDataset data, String role) {
    Watched part = new Watched(data, role, new AtomicLongArray(data.size()));
    parts.add(part);
    return new WatchedDataset(part);
  }

  /**
   * Ends the watch, and says what was found.
   *
   * @return one sentence: the number of images that equal an earlier one under the other label, in
   *     another dataset, or neither, each with an example; empty if there are none, and at every
   *     later call
   */
  public Optional<String> finish() {
    if (finished) {
      return Optional.empty();
    }
    finished = true;
    Map<Long, List<Place>> firsts = repeatedHashes();
    int[] counts = new int[3];
    String[] examples = new String[counts.length];
    for (int part = 0; part < parts.size() && !firsts.isEmpty(); part++) {
      AtomicLongArray hashes = parts.get(part).hashes;
      for (int i = 0; i < hashes.length(); i++) {
        List<Place> earlier = firsts.get(hashes.get(i));
        if (earlier != null) {
          Place own = new Place(part, i, parts.get(part).data.sample(i).label());
          Optional<Place> found = earlier.stream().min(Comparator.comparingInt(own::rank));
          if (found.isPresent()) {
            int rank = own.rank(found.get());
            if (counts[rank]++ == 0) {
              examples[rank] = name(own) + " equals " + name(found.get());
            }
          }
          if (found.isEmpty() || own.rank(found.get()) < 2) {
            earlier.add(own);
          }
        }
      }
    }
    return sentence(counts, examples);
  }

  private Optional<String> sentence(int[] counts, String[] examples) {
    List<String> titles =
        List.of(
            "under both labels",
            "in both " + parts.stream().map(Watched::role).collect(Collectors.joining(" and ")),
            "twice under one label");
    List<String> found = new ArrayList<>();
    for (int rank = 0; rank < counts.length; rank++) {
      if (counts[rank] > 0) {
        found.add(counts[rank] + " " + titles.get(rank) + " (" + examples[rank] + ")");
      }
    }
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "images with the same bytes occur more than once: "
                + String.join(", ", found)
                + "; figures on such data mislead, so examine them with DataDoctor");
  }

  private String name(Place place) {
    return parts.get(place.part).data.sample(place.index).name();
  }

  /** Returns the hashes that occur twice, each with space for the first images of each kind. */
  private Map<Long, List<Place>> repeatedHashes() {
    long[] sorted =
        parts.stream()
            .map(Watched::hashes)
            .flatMapToLong(hashes -> IntStream.range(0, hashes.length()).mapToLong(hashes::get))
            .toArray();
    Arrays.sort(sorted);
    Map<Long, List<Place>> repeated = new HashMap<>();
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1] && sorted[i] != 0) {
        repeated.putIfAbsent(sorted[i], new ArrayList<>());
      }
    }
    return repeated;
  }

  /** The images of a dataset, watched. */
  private final class WatchedDataset implements ImageDataset {

    private final Watched part;

    private WatchedDataset(Watched part) {
      this.part = part;
    }

    @Override
    public int size() {
      return part.data.size();
    }

    @Override
    public Sample sample(int index) {
      Sample sample = part.data.sample(index);
      if (finished) {
        return sample;
      }
      return new Sample(
          sample.name(),
          sample.content() instanceof RawImage raw
              ? new WatchedRaw(raw, part.hashes, index)
              : new WatchedSource(sample.content(), part.hashes, index),
          sample.label(),
          sample.generator(),
          sample.decoding(),
          sample.preparation());
    }

    @Override
    public String selection() {
      return part.data.selection();
    }
  }

  /** An image without compression, hashed like its PPM file. */
  private final class WatchedRaw extends RawImage {

    private final RawImage raw;
    private final AtomicLongArray hashes;
    private final int index;

    private WatchedRaw(RawImage raw, AtomicLongArray hashes, int index) {
      this.raw = raw;
      this.hashes = hashes;
      this.index = index;
    }

    @Override
    public int width() {
      return raw.width();
    }

    @Override
    public int height() {
      return raw.height();
    }

    @Override
    public byte[] rgb() throws IOException {
      byte[] rgb = raw.rgb();
      if (!finished) {
        Hasher hasher = Hashing.murmur3_128().newHasher().putBytes(header()).putBytes(rgb);
        hashes.set(index, hasher.hash().asLong());
      }
      return rgb;
    }
  }

  /** An image's bytes, hashed when all are read. */
  private final class WatchedSource extends ByteSource {

    private final ByteSource source;
    private final AtomicLongArray hashes;
    private final int index;

    private WatchedSource(ByteSource source, AtomicLongArray hashes, int index) {
      this.source = source;
      this.hashes = hashes;
      this.index = index;
    }

    @Override
    public byte[] read() throws IOException {
      byte[] content = source.read();
      if (!finished && content.length > 0) {
        hashes.set(index, Hashing.murmur3_128().hashBytes(content).asLong());
      }
      return content;
    }

    @Override
    public InputStream openStream() throws IOException {
      InputStream in = source.openStream();
      return finished ? in : new WatchedStream(in);
    }

    @Override
    public boolean isEmpty() throws IOException {
      return source.isEmpty();
    }

    @Override
    public com.google.common.base.Optional<Long> sizeIfKnown() {
      return source.sizeIfKnown();
    }

    @Override
    public long size() throws IOException {
      return source.size();
    }

    @Override
    public String toString() {
      return source.toString();
    }

    /** Hashes what is read, up to the end of the file. */
    private final class WatchedStream extends FilterInputStream {

      private final Hasher hasher = Hashing.murmur3_128().newHasher();
      private long count;
      private boolean whole = true;

      private WatchedStream(InputStream in) {
        super(in);
      }

      @Override
      public int read() throws IOException {
        int next = super.read();
        if (next < 0) {
          end();
        } else {
          hasher.putByte((byte) next);
          count++;
        }
        return next;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        if (read < 0) {
          end();
        } else {
          hasher.putBytes(buffer, offset, read);
          count += read;
        }
        return read;
      }

      @Override
      public long skip(long bytes) throws IOException {
        whole = false;
        return super.skip(bytes);
      }

      @Override
      public boolean markSupported() {
        return false;
      }

      private void end() {
        if (whole && count > 0) {
          whole = false;
          hashes.set(index, hasher.hash().asLong());
        }
      }
    }
  }
}

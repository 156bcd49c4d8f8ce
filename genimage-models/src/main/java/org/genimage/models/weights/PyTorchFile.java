package org.genimage.models.weights;

import com.google.common.base.Ascii;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipFile;
import org.genimage.data.internal.Interruption;
import org.genimage.models.weights.Containers.Choice;
import org.genimage.models.weights.TensorPickle.Dictionary;
import org.genimage.models.weights.TensorPickle.Storage;
import org.genimage.models.weights.TensorPickle.Tensor;
import org.genimage.models.weights.TensorPickle.UnreadableTensor;

/**
 * Files that PyTorch's {@code save} writes, in either format: since 1.6 a zip archive of one pickle
 * and a record per storage, before that pickles in a row, followed by the storages. A file comes
 * from unknown sources: {@link TensorPickle} runs nothing of it, and every size is compared with
 * what is there before memory is taken.
 */
final class PyTorchFile {

  /**
   * How many bytes a file's tensors may take, read and decoded, for each byte of the file: bytes
   * become longs, but views that repeat a storage over and over are a trap.
   */
  private static final int MAX_GROWTH = 16;

  private static final int SMALL = 1 << 20;

  /** The most bytes of a tensor that is not stored row by row. */
  private static final long MAX_GATHERED = Integer.MAX_VALUE - 8;

  private final FileState state;
  private final Storages storages;
  private final ByteOrder order;
  private long budget;

  private PyTorchFile(FileState state, Storages storages, ByteOrder order) {
    this.state = state;
    this.storages = storages;
    this.order = order;
    this.budget = MAX_GROWTH * state.size() + SMALL;
  }

  /**
   * Reads an archive.
   *
   * @param container the entry of the outer dictionary that holds the tensors; empty if it is to be
   *     found
   */
  static Weights readZip(Path file, Optional<String> container) {
    if (!file.getFileSystem().equals(FileSystems.getDefault())) {
      throw new WeightsException(
          "%s: expected a PyTorch file on the machine's own file system, found it on another (%s);"
                  .formatted(file, file.getFileSystem().provider().getScheme())
              + " copy it to a disk");
    }
    return explained(file, () -> zip(file, container));
  }

  /** Reads the older format; arguments as above. */
  static Weights readLegacy(Path file, Optional<String> container) {
    return explained(file, () -> legacy(file, container));
  }

  private static Weights explained(Path file, Reader reading) {
    try {
      return reading.weights();
    } catch (RefusedCheckpointException e) {
      throw refused(file, e.getMessage(), e);
    } catch (IOException e) {
      Interruption.check(e, file + " was being read");
      throw refused(
          file,
          "it is damaged or cut short, as by a download that broke off (%s); download it again"
              .formatted(WeightsFormat.reason(e)),
          e);
    }
  }

  private interface Reader {
    Weights weights() throws IOException;
  }

  private static WeightsException refused(Path file, String found, Exception cause) {
    return new WeightsException(
        "%s: expected a PyTorch file of tensors, but %s".formatted(file, found), cause);
  }

  private static Weights zip(Path file, Optional<String> container) throws IOException {
    FileState state = FileState.of(file);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      CheckpointArchive records = CheckpointArchive.of(file, zip);
      Set<String> objects = new TreeSet<>();
      Object content = TensorPickle.read(records.pickle(), new HashMap<>(), objects);
      return new PyTorchFile(state, records, records.order())
          .weights(Containers.choose(content, container), objects);
    }
  }

  private static Weights legacy(Path file, Optional<String> container) throws IOException {
    FileState state = FileState.of(file);
    try (FileChannel channel = FileChannel.open(file)) {
      CheckpointInput in = new CheckpointInput(Channels.newInputStream(channel), channel.size());
      TensorPickle.read(in); // a magic number
      TensorPickle.read(in); // the format's version
      if (TensorPickle.read(in) instanceof Dictionary machine
          && Boolean.FALSE.equals(machine.entries().get("little_endian"))) {
        throw new RefusedCheckpointException(
            "it is of a big-endian machine, in the older format; save it again in PyTorch");
      }
      Map<String, Storage> named = new LinkedHashMap<>();
      Set<String> objects = new TreeSet<>();
      Object content = TensorPickle.read(in, named, objects);
      Choice choice = Containers.choose(content, container);
      Map<String, Long> positions = positions(in, named);
      return new PyTorchFile(state, new Tail(file, positions), ByteOrder.LITTLE_ENDIAN)
          .weights(choice, objects);
    }
  }

  /** Returns where the storages' values begin, each after its number of values. */
  private static Map<String, Long> positions(CheckpointInput in, Map<String, Storage> named)
      throws IOException {
    if (!(TensorPickle.read(in) instanceof List<?> keys)) {
      throw new RefusedCheckpointException("it has no list of storages; download it again");
    }
    Map<String, Long> positions = new HashMap<>();
    for (Object key : keys) {
      Storage storage = key instanceof String name ? named.get(name) : null;
      if (storage == null) {
        throw new RefusedCheckpointException("it has a storage that no tensor names");
      }
      long count = in.littleEndian(8);
      if (count != storage.count()) {
        throw new RefusedCheckpointException(
            "storage %s claims %d values, found %d", shown(storage.key()), storage.count(), count);
      }
      positions.put(storage.key(), in.position());
      in.skip(bytes(storage));
    }
    return positions;
  }

  private Weights weights(Choice choice, Set<String> objects) throws IOException {
    Map<String, StoredNumbers> arrays = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : choice.tensors().entries().entrySet()) {
      if (entry.getValue() instanceof UnreadableTensor tensor) {
        throw new RefusedCheckpointException("its %s %s", shown(entry.getKey()), tensor.problem());
      }
      if (entry.getValue() instanceof Tensor tensor) {
        arrays.put(entry.getKey(), array(shown(entry.getKey()), tensor));
      }
    }
    return StoredWeights.of(state, arrays)
        .reported(
            new WeightsReport(
                choice.name(), choice.all(), List.of(), List.copyOf(objects), List.of()));
  }

  private StoredNumbers array(String key, Tensor tensor) throws IOException {
    Storage storage = tensor.storage();
    if (storages.length(storage) != bytes(storage)) {
      throw new RefusedCheckpointException(
          "storage %s claims %d values of %d bytes, found %d bytes",
          shown(storage.key()), storage.count(), storage.type().size(), storages.length(storage));
    }
    View view = View.of(key, tensor);
    int size = storage.type().size();
    long spanned = Math.multiplyExact(view.span(), size);
    budget -= spanned + 8L * view.count();
    if (budget < 0) {
      throw new RefusedCheckpointException(
          "with %s of shape %s its tensors take more than %d times the file",
          key, tensor.shape(), MAX_GROWTH);
    }
    if (!view.contiguous() && Math.max(spanned, (long) size * view.count()) > MAX_GATHERED) {
      throw new RefusedCheckpointException(
          "its %s of shape %s with strides %s is not stored row by row and takes more than 2 GB;"
              + " save it again after contiguous() in PyTorch",
          key, tensor.shape(), tensor.strides());
    }
    return new StoredNumbers(
        state,
        view.count() == 0 ? InputStream::nullInputStream : storages.content(storage),
        tensor.offset() * size,
        spanned,
        storage.numbers(),
        order,
        view.shape(),
        view.contiguous() ? Optional.empty() : Optional.of(span -> view.gather(span, size)));
  }

  private static long bytes(Storage storage) throws IOException {
    if (storage.count() < 0 || storage.count() > Long.MAX_VALUE / 8) {
      throw new RefusedCheckpointException(
          "storage %s claims %d values", shown(storage.key()), storage.count());
    }
    return storage.count() * storage.type().size();
  }

  static String shown(String name) {
    return Ascii.truncate(name, 200, "...");
  }

  /** Where a file's storages are. */
  interface Storages {

    /** Returns the number of bytes that the file has of a storage. */
    long length(Storage storage) throws IOException;

    /** Returns the bytes of a storage that the file has, compared with their checksum. */
    StoredNumbers.Content content(Storage storage) throws IOException;
  }

  /** The storages after the pickles. */
  private record Tail(Path file, Map<String, Long> positions) implements Storages {

    @Override
    public long length(Storage storage) throws IOException {
      if (!positions.containsKey(storage.key())) {
        throw new RefusedCheckpointException(
            "its storage %s is missing; download it again", shown(storage.key()));
      }
      return bytes(storage);
    }

    @Override
    public StoredNumbers.Content content(Storage storage) {
      return StoredNumbers.Content.of(file, positions.get(storage.key()));
    }
  }

  /**
   * A tensor's values within its storage, checked.
   *
   * @param count the number of values
   * @param span the number of the storage's values from the first to the last one used
   */
  private record View(List<Integer> shape, List<Long> strides, int count, long span) {

    static View of(String key, Tensor tensor) throws IOException {
      List<Integer> shape = new ArrayList<>();
      try {
        long count = 1;
        long last = 0;
        for (int i = 0; i < tensor.shape().size(); i++) {
          long side = tensor.shape().get(i);
          long stride = tensor.strides().get(i);
          if (side < 0 || stride < 0) {
            throw outside(key, tensor);
          }
          shape.add(Math.toIntExact(side));
          count = Math.multiplyExact(count, side);
          last = Math.addExact(last, Math.multiplyExact(Math.max(0, side - 1), stride));
        }
        long span = count == 0 ? 0 : Math.addExact(last, 1);
        if (tensor.strides().size() != shape.size()
            || tensor.offset() < 0
            || Math.addExact(tensor.offset(), span) > tensor.storage().count()) {
          throw outside(key, tensor);
        }
        if (count > NumberType.MAX_COUNT) {
          throw new RefusedCheckpointException(
              "its %s of shape %s has %d numbers, more than the %d that one array can have; split"
                  + " it in PyTorch",
              key, tensor.shape(), count, NumberType.MAX_COUNT);
        }
        return new View(shape, tensor.strides(), (int) count, span);
      } catch (ArithmeticException | IndexOutOfBoundsException e) {
        throw outside(key, tensor);
      }
    }

    private static RefusedCheckpointException outside(String key, Tensor tensor) {
      return new RefusedCheckpointException(
          "%s of shape %s with strides %s from %d does not fit its storage of %d values",
          key, tensor.shape(), tensor.strides(), tensor.offset(), tensor.storage().count());
    }

    /** Returns the values row-major, from the bytes of the span. */
    byte[] gather(byte[] bytes, int size) {
      byte[] values = new byte[count * size];
      int[] index = new int[shape.size()];
      long from = 0;
      for (int i = 0; i < count; i++) {
        System.arraycopy(bytes, (int) from * size, values, i * size, size);
        for (int axis = index.length - 1; axis >= 0; axis--) {
          from += strides.get(axis);
          if (++index[axis] < shape.get(axis)) {
            break;
          }
          from -= strides.get(axis) * shape.get(axis);
          index[axis] = 0;
        }
      }
      return values;
    }

    private boolean contiguous() {
      long expected = 1;
      for (int axis = shape.size() - 1; axis >= 0; axis--) {
        if (shape.get(axis) != 1 && strides.get(axis) != expected) {
          return false;
        }
        expected *= shape.get(axis);
      }
      return true;
    }
  }
}

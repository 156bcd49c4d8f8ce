package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.genimage.data.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files whose numbers stay in them until they are needed. */
class LargeFilesTest {

  /** Enough values of 4 bytes for a file that is not copied. */
  private static final int MANY = (int) StoredWeights.COPIED / 4 + 1000;

  @TempDir private Path folder;

  private static float[] drawn(int count) {
    float[] values = new float[count];
    var random = Seed.of(1).random();
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  private Weights two() {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    arrays.put("large", WeightArray.of(List.of(MANY / 1000, 1000), drawn(MANY / 1000 * 1000)));
    arrays.put("count", WeightArray.of(List.of(2), new long[] {1, 1L << 40}));
    return Weights.of(arrays).with(Map.of("note", "mine"));
  }

  private Path written(Weights weights) {
    Path file = folder.resolve("large.safetensors");
    weights.write(file);
    assertThat(file.toFile().length()).isGreaterThan(StoredWeights.COPIED);
    return file;
  }

  @Test
  void read_largeFile_givesTheSameNumbersAsOftenAsTheyAreAskedFor() {
    Weights weights = two();
    Weights read = Weights.read(written(weights));

    assertThat(read.metadata()).isEqualTo(weights.metadata());
    assertThat(read.size()).isEqualTo(weights.size());
    for (int i = 0; i < 2; i++) {
      assertThat(read.get("large").toFloats()).isEqualTo(weights.get("large").toFloats());
      assertThat(read.get("large").floats()).isEqualTo(weights.get("large").floats());
      assertThat(read.get("large").toLongs()).isEmpty();
      assertThat(read.get("count").toLongs()).containsExactly(1, 1L << 40);
      assertThat(read.get("count").toFloats()).isEmpty();
    }
    assertThat(read.get("large").floats()).isNotSameAs(read.get("large").floats());
  }

  /** The larger file is read when its numbers are asked for; the numbers are the same. */
  @Test
  void read_largeFileWithAHash_writesTheSameBytes() {
    Path file = written(two().hashed());
    Path again = folder.resolve("again.safetensors");

    Weights.read(file).write(again);

    assertThat(again).hasSameBinaryContentAs(file);
  }

  @Test
  void read_largeFileWithAHashAndAChangedNumber_isRefused() throws IOException {
    Path file = written(two().hashed());
    try (RandomAccessFile change = new RandomAccessFile(file.toFile(), "rw")) {
      change.seek(change.length() - 20);
      int old = change.read();
      change.seek(change.length() - 20);
      change.write(old ^ 1);
    }

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": expected content with the SHA-256 that metadata");
  }

  @Test
  void floats_ofAFileThatIsGone_areRefusedAndThoseInMemoryStay() throws IOException {
    Path file = written(two());
    Weights read = Weights.read(file);
    Weights kept = read.inMemory();
    float[] expected = two().get("large").floats();
    Files.delete(file);

    assertThat(kept.get("large").toFloats()).isEqualTo(expected);
    assertThat(kept.get("count").toLongs()).containsExactly(1, 1L << 40);
    assertThat(kept.metadata()).isEqualTo(read.metadata());
    assertThat(kept.inMemory().get("large")).isSameAs(kept.get("large"));
    assertThatThrownBy(() -> read.get("large").floats())
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": expected the file of ")
        .hasMessageContaining("whose weights are in use, found none (NoSuchFile)")
        .hasMessageEndingWith("or hold its numbers in the heap with Weights.inMemory()");
    assertThatThrownBy(read::inMemory).isInstanceOf(WeightsException.class);
  }

  @Test
  void floats_ofAFileThatWasReplacedChangedOrCutShort_areRefused() throws IOException {
    Path file = written(two());
    byte[] content = Files.readAllBytes(file);
    Path other = Files.write(folder.resolve("other"), content);
    Weights read = Weights.read(file);

    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertChanged(read);

    Weights second = Weights.read(file);
    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    assertChanged(second);

    Weights third = Weights.read(file);
    Files.write(file, Arrays.copyOf(content, content.length / 2));
    assertChanged(third);
  }

  private static void assertChanged(Weights read) {
    assertThatThrownBy(() -> read.get("large").floats())
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("whose weights are in use, found another one of ");
  }

  /** A training that starts from a file and ends in the same one. */
  @Test
  void write_overTheFileItWasReadFrom_writesEverything() {
    Path file = written(two());
    Weights read = Weights.read(file);

    read.with(Map.of("note", "yours")).write(file);

    Weights again = Weights.read(file);
    assertThat(again.metadata()).containsEntry("note", "yours");
    assertThat(again.get("large").floats()).isEqualTo(two().get("large").floats());
    assertChanged(read);
  }

  /** Below the limit and above, and of every 16-bit pattern what IEEE 754 says. */
  @ParameterizedTest
  @CsvSource({"F16, 65536", "F16, 9000000", "BF16, 65536", "BF16, 9000000"})
  void read_16BitFloats_areWidened(String type, int count) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      data.putShort((short) i);
    }
    Path file = safetensors("{\"a\":" + entry(type, count, 0, 2L * count) + "}", data.array());

    float[] found = Weights.read(file).get("a").floats();

    assertThat(found).hasSize(count);
    for (int i = 0; i < count; i += count > 65536 ? 997 : 1) {
      float expected = type.equals("F16") ? half(i & 0xffff) : Float.intBitsToFloat(i << 16);
      assertThat(found[i]).as("pattern %s", i).isEqualTo(Float.valueOf(expected));
    }
  }

  private static float half(int bits) {
    int exponent = bits >> 10 & 0x1f;
    double mantissa = (bits & 0x3ff) / 1024.0;
    double magnitude =
        switch (exponent) {
          case 0 -> mantissa * Math.pow(2, -14);
          case 31 -> mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
          default -> (1 + mantissa) * Math.pow(2, exponent - 15);
        };
    return (float) (bits >> 15 == 0 ? magnitude : -magnitude);
  }

  /** The file has a hole, so that it takes no room and no time. */
  @Test
  void read_behindTwoGigabytes_readsOnlyWhatIsAskedFor() throws IOException {
    long hole = 5L << 30;
    String header =
        "{\"hole\":%s,\"end\":%s}"
            .formatted(entry("F32", hole / 4, 0, hole), entry("F32", 3, hole, hole + 12));
    Path file = safetensors(header, new byte[0]);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.seek(sparse.length() + hole);
      sparse.write(
          ByteBuffer.allocate(12)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putFloat(1.5f)
              .putFloat(-2)
              .putFloat(3)
              .array());
    }

    Weights read = Weights.read(file);

    assertThat(read.get("end").floats()).containsExactly(1.5f, -2, 3);
    assertThat(read.get("hole").shape()).containsExactly((int) (hole / 4));
    assertThat(read.size()).isEqualTo(hole / 4 + 3);
  }

  @Test
  void read_arrayOfMoreNumbersThanJavasArraysHold_saysSo() throws IOException {
    long count = 50_000L * 50_000;
    Path file =
        safetensors(
            "{\"a\":{\"dtype\":\"I8\",\"shape\":[50000,50000],\"data_offsets\":[0,%s]}}"
                .formatted(count),
            new byte[0]);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(sparse.length() + count);
    }

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "%s: expected arrays of up to 2147483639 numbers, found a of shape [50000, 50000] with"
                + " 2500000000; split it",
            file);
  }

  @Test
  void read_downloadsThatBrokeOff_saySo() throws IOException {
    Path file = written(two());
    byte[] whole = Files.readAllBytes(file);

    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "%s: expected a complete safetensors file, but it is cut short, as by a download that"
                + " broke off: its arrays take %s bytes, found %s; download or write it again",
            file, 4L * (MANY / 1000 * 1000) + 16, 4L * (MANY / 1000 * 1000) + 15);

    Files.write(file, Arrays.copyOf(whole, 20));
    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("it is cut short, as by a download that broke off: its header takes");

    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "%s: expected a safetensors or PyTorch file, found an empty one; download it again",
            file);
  }

  @Test
  void read_zipThatBrokeOff_saysSo() throws IOException {
    Path file = zip(drawn(1000), List.of(10, 100), List.of(100L, 1L));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 10));

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(
            file
                + ": expected a PyTorch file of tensors, but it is damaged or cut short, as by a"
                + " download that broke off (")
        .hasMessageEndingWith("; download it again");
  }

  /** Row by row, and transposed, as PyTorch stores what it saved by other strides. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void read_largeZip_givesTheNumbersOfItsTensors(boolean transposed) throws IOException {
    int rows = MANY / 1000;
    float[] values = drawn(rows * 1000);
    Path file =
        transposed
            ? zip(values, List.of(1000, rows), List.of(1L, 1000L))
            : zip(values, List.of(rows, 1000), List.of(1000L, 1L));
    assertThat(file.toFile().length()).isGreaterThan(StoredWeights.COPIED);

    WeightArray found = Weights.read(file).get("w");

    assertThat(found.shape()).isEqualTo(transposed ? List.of(1000, rows) : List.of(rows, 1000));
    for (int i = 0; i < 2; i++) {
      float[] floats = found.floats();
      assertThat(floats).hasSize(values.length);
      for (int at = 0; at < values.length; at += 97) {
        int source = transposed ? at % rows * 1000 + at / rows : at;
        assertThat(floats[at]).isEqualTo(values[source]);
      }
    }
    Files.delete(file);
    assertThatThrownBy(found::floats)
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("whose weights are in use, found none (NoSuchFile)");
  }

  /** The archive has the same numbers twice; the second ones are not read. */
  @Test
  void read_largeZipWithAChangedNumber_namesTheRecord() throws IOException {
    Path file = zip(drawn(MANY), List.of(MANY), List.of(1L));
    try (RandomAccessFile change = new RandomAccessFile(file.toFile(), "rw")) {
      change.seek(change.length() / 4);
      int old = change.read();
      change.seek(change.length() / 4);
      change.write(old ^ 1);
    }

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("its record data/0 is damaged: its checksum is ");
  }

  /** What follows from arrays in a file is worked out when it is needed. */
  @Test
  void derived_ofArraysInAFile_readsThemWhenAsked() throws IOException {
    Path file = written(two());
    WeightArray large = Weights.read(file).get("large");
    List<Integer> flat = List.of(MANY / 1000 * 1000);

    WeightArray derived =
        WeightArray.derived(List.of(2), List.of(large), () -> Arrays.copyOf(large.floats(), 2));
    WeightArray reshaped = large.reshaped(flat);

    assertThat(derived.toFloats()).isEqualTo(Arrays.copyOf(large.floats(), 2));
    assertThat(reshaped.shape()).isEqualTo(flat);
    assertThat(reshaped.floats()).isEqualTo(large.floats());
    WeightArray kept = derived.inMemory();
    Files.delete(file);
    assertThat(kept.floats()).hasSize(2);
    assertThatThrownBy(derived::floats).isInstanceOf(WeightsException.class);
    assertThatThrownBy(() -> large.reshaped(List.of(7)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private Path safetensors(String json, byte[] data) throws IOException {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header).put(data);
    return Files.write(folder.resolve("made.safetensors"), bytes.array());
  }

  private static String entry(String type, long count, long begin, long end) {
    return "{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%s,%s]}"
        .formatted(type, count, begin, end);
  }

  /** Returns an archive with one tensor {@code w} of these strides in a storage of these values. */
  private Path zip(float[] values, List<Integer> shape, List<Long> strides) {
    ByteBuffer storage = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    storage.asFloatBuffer().put(values);
    String id =
        PickleArchive.id(
            "ctorch\nFloatStorage\n",
            PickleArchive.text("0"),
            PickleArchive.integer(values.length));
    String sides = shape.stream().map(PickleArchive::integer).collect(Collectors.joining());
    String steps =
        strides.stream()
            .map(step -> PickleArchive.integer(step.intValue()))
            .collect(Collectors.joining());
    String tensor = PickleArchive.tensor(id, "K\0", "(" + sides + "t", "(" + steps + "t");
    return PickleArchive.write(
        folder.resolve("large.pth"),
        "}" + PickleArchive.text("w") + tensor + "s.",
        storage.array());
  }
}

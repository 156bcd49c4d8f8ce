package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What PyTorch's safe loader reads is read here; the expected numbers are in the files' README. */
class PyTorchFileTest {

  private static final String MODEL = "X\5\0\0\0model";

  @TempDir private Path folder;

  private Path file(String name) throws IOException {
    try (var resource = getClass().getResourceAsStream("/written-by-pytorch/" + name)) {
      return Files.write(folder.resolve(name), resource.readAllBytes());
    }
  }

  @Test
  void read_objectsBesideTheTensors_readsTheTensors() throws IOException {
    Weights zip = Weights.read(file("inert.pth"));
    Weights legacy = Weights.read(file("inert_legacy.pth"));

    assertThat(zip.keys()).containsExactly("w");
    assertThat(zip.get("w").toFloats()).containsExactly(1.5f, -2, 3);
    assertThat(legacy.keys()).containsExactly("w", "p", "t");
    assertThat(legacy.get("w").toFloats()).containsExactly(1.5f, -2, 3);
    assertThat(legacy.get("p").toFloats()).containsExactly(1);
    assertThat(legacy.get("p").shape()).isEmpty();
    assertThat(legacy.get("t").toFloats()).containsExactly(4, 5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ctorch\ndevice\nX\3\0\0\0cpu\u0085R",
        "ctorch\ndevice\nX\4\0\0\0cudaK\1\u0086R",
        "ctorch\nfloat8_e4m3fn\n",
        "ctorch\nSize\n(K\2K\3t\u0085R",
        "c__builtin__\nset\n](K\1K\2e\u0085R",
        "cbuiltins\nset\n](K\1K\2e\u0085R",
        "\u008f(K\1K\2\u0090",
        "(K\1K\2\u0091",
        "c_codecs\nencode\nX\1\0\0\0aX\6\0\0\0latin1\u0086R",
        "c__builtin__\nbytes\n)R",
        "c__builtin__\nbytearray\nc_codecs\nencode\nX\1\0\0\0aX\6\0\0\0latin1\u0086R\u0085R",
        "c__builtin__\ncomplex\nG12345678G12345678\u0086R",
        "ccollections\nCounter\n}X\1\0\0\0aK\1s\u0085R",
        "ctorch.serialization\n_get_layout\nX\15\0\0\0torch.strided\u0085R",
        "ccollections\nOrderedDict\n)R",
        "ctorch.nn.parameter\nParameter\n",
        "ctorch\nper_tensor_affine\n"
      })
  void read_objectBesideTheTensors_isInert(String pickled) throws IOException {
    Path file = archive("}(" + MODEL + dictionary("w") + "X\1\0\0\0o" + pickled + "u.");

    assertThat(Weights.read(file).get("w").toFloats()).containsExactly(1, 2);
  }

  /** Found by the fuzz tests; where JDK 17 throws IllegalArgumentException. */
  @Test
  void read_archiveWhoseNameIsNotUtf8_isRefused() throws IOException {
    try (var resource = getClass().getResourceAsStream("/damaged/name-not-utf-8.pth")) {
      Path file = Files.write(folder.resolve("name.pth"), resource.readAllBytes());

      assertThatThrownBy(() -> Weights.read(file))
          .isInstanceOf(WeightsException.class)
          .hasMessageStartingWith(file + ": expected a PyTorch file of tensors, but it is damaged");
    }
  }

  /** The states of PyTorch's generators are rows of bytes, alone or by device. */
  @Test
  void read_randomStatesBesideTheTensors_areNoWeights() throws IOException {
    String state = tensor("ByteStorage", "1", 16);
    String states = "}X\3\0\0\0cpu" + state + "s";
    Path file =
        archive(
            "}(" + MODEL + dictionary("w") + "X\1\0\0\0r" + state + "X\1\0\0\0s" + states + "u.");

    assertThat(Weights.read(file).keys()).containsExactly("w");
    assertThat(Weights.read(file, "s").keys()).containsExactly("cpu");
  }

  @Test
  void read_tensorOfComplexNumbers_isRefusedByItsKeyOnlyAmongTheWeights() throws IOException {
    String complex = tensor("ComplexFloatStorage", "1", 2);
    String outer = "}X\1\0\0\0d}X\1\0\0\0z" + complex + "ss";
    String weights = "X\1\0\0\0w" + tensor("FloatStorage", "0", 4);

    for (String other : List.of(outer, complex)) {
      Path beside = archive("}(" + MODEL + dictionary("w") + "X\1\0\0\0o" + other + "u.");
      assertThat(Weights.read(beside).keys()).containsExactly("w");
    }

    Path among = archive("}(" + weights + "X\1\0\0\0z" + complex + "u.");
    assertThatThrownBy(() -> Weights.read(among))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("its z is made by torch.ComplexFloatStorage; only dense tensors of");
  }

  /** None of these is called, wherever it stands; nothing is looked up. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "torch.load",
        "torch.hub.load",
        "torch.serialization.load",
        "torch.storage._load_from_bytes",
        "torch._utils._rebuild_anything",
        "torch.AnyStorage",
        "torch.Size.__class__",
        "collections.namedtuple",
        "numpy.load",
        "project.Settings"
      })
  void read_anyOtherNameThatIsCalledWithArguments_isRefusedByIt(String name) throws IOException {
    int dot = name.lastIndexOf('.');
    String global = "c" + name.substring(0, dot) + "\n" + name.substring(dot + 1) + "\n";
    String called = global + "X\2\0\0\0id\u0085R";
    for (String pickled :
        List.of(
            called,
            "ctorch\ndevice\n" + called + "\u0085R",
            "c__builtin__\nset\n](" + called + "e\u0085R",
            "c_codecs\nencode\n" + called + "X\6\0\0\0latin1\u0086R",
            "ccollections\nOrderedDict\n)R" + called + "b",
            "ctorch._tensor\n_rebuild_from_type_v2\n(" + global + "NK\1\u0085NtR")) {
      Path file = archive("}(" + MODEL + dictionary("w") + "X\1\0\0\0o" + pickled + "u.");
      assertThatThrownBy(() -> Weights.read(file))
          .isInstanceOf(WeightsException.class)
          .hasMessageContaining(name);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ctorch\nfloat32\n)R",
        "ctorch\nFloatStorage\n)R",
        "ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._tensor\n_rebuild_from_type_v2\nN)NtR",
        "ctorch._tensor\n_rebuild_from_type_v2\n)R",
        "ctorch._utils\n_rebuild_parameter\n(K\1\u0089}tR",
        "K\1K\2b",
        "\u008e\20\0\0\0\0\0\0\u0080",
        "\u008d\377\377\377\377\377\377\377\377"
      })
  void read_callWithoutSense_isRefused(String pickled) throws IOException {
    Path file = archive("}(" + MODEL + dictionary("w") + "X\1\0\0\0o" + pickled + "u.");

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": expected a PyTorch file of tensors, but ");
  }

  @Test
  void read_anyBitOfAZipChanged_isRefusedOrTheSame() throws IOException {
    Path file = archive("}(" + MODEL + dictionary("w") + "u.");
    byte[] whole = Files.readAllBytes(file);
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] changed = whole.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, changed);
      try {
        Weights read = Weights.read(file);
        assertThat(read.keys()).as("bit %s", bit).containsExactly("w");
        assertThat(read.get("w").toFloats()).as("bit %s", bit).containsExactly(1, 2);
      } catch (WeightsException e) {
        assertThat(e).hasMessageStartingWith(file + ": expected a ");
      }
    }
  }

  @Test
  void read_changedNumberInAZip_namesTheRecord() throws IOException {
    Path file = file("inert.pth");
    byte[] bytes = Files.readAllBytes(file);
    String numbers = HexFormat.of().formatHex(bytes);
    int at = numbers.indexOf("0000c03f000000c000004040") / 2;
    bytes[at] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("its record data/0 is damaged: its checksum is ")
        .hasMessageEndingWith("; download it again");
  }

  @Test
  void read_zipWrittenWithoutChecksums_isRead() throws IOException {
    assertThat(Weights.read(file("no_checksums.pth")).get("w").toFloats())
        .containsExactly(1.5f, -2, 3);
  }

  @Test
  void wrappedKeys_ofCompiledNetworks_areFoundAndTakenOff() throws IOException {
    Weights whole = Weights.read(file("compiled.pth"));
    Weights part = Weights.read(file("compiled_part_parallel.pth"));

    assertThat(whole.wrappedKeys())
        .containsExactly(
            Map.entry("_orig_mod.0.weight", "0.weight"),
            Map.entry("_orig_mod.0.bias", "0.bias"),
            Map.entry("_orig_mod.1.weight", "1.weight"),
            Map.entry("_orig_mod.1.bias", "1.bias"));
    assertThat(part.wrappedKeys())
        .containsExactly(
            Map.entry("module.0.weight", "0.weight"),
            Map.entry("module.0.bias", "0.bias"),
            Map.entry("module.1._orig_mod.weight", "1.weight"),
            Map.entry("module.1._orig_mod.bias", "1.bias"));
    for (Weights bare : List.of(whole.unwrapped(), part.unwrapped())) {
      assertThat(bare.keys()).containsExactly("0.weight", "0.bias", "1.weight", "1.bias");
      assertThat(bare.get("1.bias").toFloats()).containsExactly(4);
      assertThat(bare.wrappedKeys()).isEmpty();
    }
  }

  @Test
  void wrappedKeys_ofOtherNames_areNone() {
    WeightArray one = WeightArray.counter(1);

    assertThat(Weights.of(Map.of()).wrappedKeys()).isEmpty();
    assertThat(Weights.of(Map.of("module.a", one, "b", one)).wrappedKeys()).isEmpty();
    assertThat(Weights.of(Map.of("a_orig_mod.b", one, "modules.c", one)).wrappedKeys()).isEmpty();
    assertThat(Weights.of(Map.of("module._orig_mod.module.a", one)).unwrapped().keys())
        .containsExactly("module.a");
    assertThatThrownBy(() -> Weights.of(Map.of("_orig_mod.a", one, "a", one)).unwrapped())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("two keys become a");
  }

  private static String dictionary(String key) {
    return "}X\1\0\0\0" + key + tensor("FloatStorage", "0", 4) + "s";
  }

  /** Returns the instructions that make a tensor of the first two values of a storage. */
  private static String tensor(String type, String key, int count) {
    return "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\n"
        + type
        + "\nX\1\0\0\0"
        + key
        + "X\3\0\0\0cpuK"
        + (char) count
        + "tQK\0K\2\u0085K\1\u0085\u0089ccollections\nOrderedDict\n)RtR";
  }

  /** Returns an archive of a pickle and two storages of 16 bytes: 1, 2, 3, 4, and the same. */
  private Path archive(String pickle) throws IOException {
    byte[] storage = HexFormat.of().parseHex("0000803f000000400000404000008040");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      put(zip, "archive/data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1));
      put(zip, "archive/data/0", storage);
      put(zip, "archive/data/1", storage);
    }
    return Files.write(folder.resolve("made.pth"), bytes.toByteArray());
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 checksum = new CRC32();
    checksum.update(content);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}

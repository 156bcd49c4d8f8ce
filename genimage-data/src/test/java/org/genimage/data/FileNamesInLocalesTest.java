package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with names that a locale's charset, or a list, cannot express. */
@EnabledOnOs(OS.LINUX)
class FileNamesInLocalesTest {

  /** Names as the URI of a file spells their bytes, in the order of the list. */
  private static final List<String> STORED =
      List.of(
          "0%09b.png", "1%0Ab.png", "2%5Cx41.png", "caf%E9.png", "caf%C3%A9.png", "%E8%A6%8B.png");

  private static final List<String> LISTED =
      List.of(
          "0<9>b.png 1",
          "1<10>b.png 2",
          "2\\x5Cx41.png 3",
          "caf\\xE9.png 4",
          "caf<233>.png 5",
          "<35211>.png 6");

  @TempDir Path root;
  private Path list;

  @BeforeEach
  void write() throws IOException {
    for (Label label : Label.values()) {
      Path folder = Files.createDirectories(root.resolve("ADM/train").resolve(label.folder()));
      byte content = 1;
      for (String name : STORED) {
        Files.write(Path.of(URI.create("file://" + folder + "/" + name)), new byte[] {content++});
      }
    }
    list =
        Files.writeString(
            root.resolve("list.csv"),
            "path,label\nADM/train/ai/caf\\xE9.png,ai\nADM/train/ai/café.png,ai\n"
                + "ADM/train/ai/2\\x41.png,ai\n\"ADM/train/ai/1\nb.png\",ai\nADM/train/ai/見.png,ai\n",
            StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8", "POSIX"})
  @Timeout(60)
  void list_inALocale_hasAndReadsEveryFile(String locale) throws Exception {
    List<String> twice = new ArrayList<>(LISTED);
    twice.addAll(LISTED);

    List<List<String>> printed = listed(locale);

    assertThat(printed.get(0)).containsExactlyElementsOf(twice);
    assertThat(printed.get(1)).hasSize(4 * LISTED.size()).containsAll(LISTED);
    assertThat(printed.get(2))
        .containsExactly(
            "caf\\xE9.png 4", "caf<233>.png 5", "2\\x41.png 3", "1<10>b.png 2", "<35211>.png 6");
  }

  private List<List<String>> listed(String locale) throws Exception {
    ProcessBuilder program =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            ListedNames.class.getName(),
            root.toString(),
            list.toString());
    program.environment().put("LC_ALL", locale);
    program.environment().remove("JAVA_TOOL_OPTIONS");
    Path output = root.resolve("output");
    Process process = program.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(output, StandardCharsets.ISO_8859_1);
    assertThat(process.exitValue()).as(text).isZero();
    return Arrays.stream(text.split("\n\n")).map(part -> List.of(part.split("\n"))).toList();
  }

  @Test
  void quarantine_ofAllNames_leavesEachOut() {
    GenImage genImage = GenImage.open(root);
    FolderDataset all = genImage.everything();
    Path file = root.resolve("quarantine");
    Map<String, String> reasons = new TreeMap<>();
    for (int i = 1; i < all.size(); i++) {
      reasons.put(all.place(i), "");
    }
    new Quarantine(reasons).writeTo(file);

    GenImage rest = GenImage.open(root, OpenOptions.DEFAULT.quarantine(Quarantine.read(file)));

    assertThat(rest.everything().samples())
        .extracting(Sample::name)
        .containsExactly(all.sample(0).name());
  }

  @Test
  @Timeout(20)
  void read_namedPipeAmongTheImages_isThatImagesFailure() throws Exception {
    Path pipe = root.resolve("ADM/train/ai/9.png");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Files.createSymbolicLink(root.resolve("ADM/train/ai/9a.png"), Path.of("/dev/zero"));
    ImageDataset train = GenImage.open(root).train();

    assertThat(train.size()).isEqualTo(2 * STORED.size() + 2);
    for (Sample sample : train.samples()) {
      String name = sample.name();
      if (name.endsWith("/9.png") || name.endsWith("/9a.png")) {
        assertThatThrownBy(() -> sample.content().read())
            .isInstanceOf(IOException.class)
            .hasMessageContaining("a named pipe, a device or a socket");
      }
    }
  }
}

package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.genimage.data.image.Image;
import org.genimage.data.image.UnreadableImageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With a stand-in for libheif's program, a script; and with the program where there is one. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the stand-in is a script of a Unix shell")
class ExternalDecoderTest {

  private static final Image IMAGE = Image.of(2, 1, new byte[] {1, 2, 3, 4, 5, 6});

  @TempDir Path folder;

  private Path photo;

  @BeforeEach
  void write() throws IOException {
    photo = folder.resolve("-o photo; echo.heic");
    Files.write(photo, "\0\0\0\30ftypheic\0\0\0\0mif1".getBytes(StandardCharsets.ISO_8859_1));
    Files.write(folder.resolve("known.png"), IMAGE.toPng());
  }

  /** Returns a program of these commands, which finds known.png in the folder KNOWN. */
  private ExternalDecoder decoder(String commands) throws IOException {
    Path program = folder.resolve("heif-dec");
    Files.writeString(program, "#!/bin/sh\nKNOWN='%s'\n%s\n".formatted(folder, commands));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return ExternalDecoder.find("heif-dec", "/nowhere:" + folder);
  }

  @Test
  void decode_handsTheFileOver_whateverItIsCalled() throws IOException {
    ExternalDecoder decoder =
        decoder("[ $# = 2 ] && [ -f \"$1\" ] && cp \"$KNOWN/known.png\" \"$2\"");

    assertThat(decoder.decode(photo).toArray()).isEqualTo(IMAGE.toArray());
    assertThat(decoder.name()).isEqualTo("heif-dec");
  }

  @Test
  void decode_ofSeveralImages_takesTheFirst() throws IOException {
    Files.write(folder.resolve("other.png"), Image.of(1, 1, new byte[3]).toPng());

    assertThat(
            decoder(
                    "cp \"$KNOWN/known.png\" \"${2%.png}-1.png\";"
                        + " cp \"$KNOWN/other.png\" \"${2%.png}-2.png\"")
                .decode(photo)
                .width())
        .isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "echo no codec >&2; exit 3 | found exit code 3: no codec; convert it",
        "seq 9999; echo no codec; exit 3 | found exit code 3: no codec; convert it",
        "exit 0 | found no file that it wrote",
        "echo text > \"$2\" | heif-dec: expected a JPEG, PNG",
        "sleep 60 | found none after 1 s",
        "sleep 61 & wait | found none after 1 s",
        "while :; do echo 12345678901234567890; done | more than 100000 bytes of output"
      })
  void decode_thatFails_saysWhyAndLeavesNothing(String commands, String sentence)
      throws IOException {
    ExternalDecoder decoder = decoder(commands);
    ExternalDecoder limited =
        new ExternalDecoder(decoder.program(), Duration.ofSeconds(1), 100_000);

    assertThatThrownBy(() -> limited.decode(photo))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining(sentence)
        .hasMessageContaining(photo.toString());
    assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"heic", "avif"})
  void decode_byLibheif_isNearlyWhatLibheifEncoded(String extension) throws Exception {
    ExternalDecoder libheif =
        installed("heif-dec").or(() -> installed("heif-convert")).orElse(null);
    assumeTrue(libheif != null, "libheif's decoder is not installed");
    assumeTrue(installed("heif-enc").isPresent(), "libheif's encoder is not installed");
    byte[] grey = new byte[3 * 64 * 48];
    Arrays.fill(grey, (byte) 100);
    Files.write(folder.resolve("grey.png"), Image.of(64, 48, grey).toPng());
    Path encoded = folder.resolve("grey." + extension);
    Process encoder =
        new ProcessBuilder(
                "heif-enc", folder.resolve("grey.png").toString(), "-o", encoded.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assumeTrue(encoder.waitFor() == 0, "libheif has no encoder for " + extension);

    assertThat(ExternalDecoder.isFor(encoded)).isTrue();
    Image decoded = libheif.decode(encoded);

    assertThat(List.of(decoded.width(), decoded.height())).containsExactly(64, 48);
    for (byte value : decoded.toArray()) {
      assertThat(value).isBetween((byte) 96, (byte) 104);
    }
  }

  private static Optional<ExternalDecoder> installed(String program) {
    try {
      return Optional.of(ExternalDecoder.find(program, System.getenv("PATH")));
    } catch (UsageException e) {
      return Optional.empty();
    }
  }

  @Test
  void find_withoutProgram_saysWhatToInstall() {
    assertThatThrownBy(() -> ExternalDecoder.find("heif-dec", "/nowhere"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("found no 'heif-dec' on the PATH; install the tools of libheif");
  }

  @Test
  void find_onWindows_addsExe() throws IOException {
    Path program = decoder("exit 0").program();
    Path renamed = Files.move(program, program.resolveSibling("heif-dec.exe"));

    assertThat(ExternalDecoder.find("heif-dec", folder.toString()).program()).isEqualTo(renamed);
  }

  @Test
  void isFor_heicAndAvifByTheirContent() throws IOException {
    assertThat(ExternalDecoder.isFor(photo)).isTrue();
    Path avif = folder.resolve("photo.jpg");
    Files.writeString(avif, "\0\0\0\34ftypmif1\0\0\0\0avifmiaf");
    assertThat(ExternalDecoder.isFor(avif)).isTrue();
    assertThat(ExternalDecoder.isFor(folder.resolve("known.png"))).isFalse();
    assertThat(ExternalDecoder.isFor(folder)).isFalse();
  }

  @Test
  void score_marksWhatAnotherProgramDecoded() throws IOException {
    Path program = decoder("cp \"$KNOWN/large.png\" \"$2\"").program();
    Files.write(folder.resolve("large.png"), Image.of(64, 64, new byte[64 * 64 * 3]).toPng());
    Path weights = folder.resolve("weights.safetensors");
    var network = org.genimage.models.Detectors.ferretNetSmall();
    network.describe(network.initialWeights(1)).write(weights);
    Said said = new Said();

    int code =
        said.run(
            "score",
            photo.toString(),
            "--weights=" + weights,
            "--external-decoder=" + program,
            "--format=jsonl");

    assertThat(code).as(said.text()).isZero();
    assertThat(said.text()).contains("\"decoded_by\":\"heif-dec\",\"pixels_pinned\":false");
    said = new Said();
    assertThat(said.run("score", photo.toString(), "--weights=" + weights)).isEqualTo(1);
    assertThat(said.text())
        .contains("found HEIC, which is not read", "add --external-decoder heif-dec");
  }
}

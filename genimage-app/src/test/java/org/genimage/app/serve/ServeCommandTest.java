package org.genimage.app.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.genimage.app.Main;
import org.genimage.app.command.ExitCode;
import org.genimage.data.image.Image;
import org.genimage.models.Detectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(120)
class ServeCommandTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--port 70000 | port must be from 0 to 65535, got 70000",
        "--capacity 2 --per-client 3 | a client's share must be from 1 to the capacity of 2, got 3",
        "--batch 0 | --batch: expected 1 or more, found 0",
        "--max-wait -1 | --max-wait: expected 0 or more, found -1",
        "--host no.such.host.invalid | --host: expected an address of this machine",
        "--token-file no-such-file | a file with a token, found nothing at no-such-file; check",
        "--token-file FOLDER | a file with a token, found no readable file at",
        "--token-file TOKEN | a token must have 16 to 512 letters, digits",
        "--token-file BYTES | found bytes that are no text in",
      })
  void mistakes_areNamedBeforeWeightsAreRead(String options, String message, @TempDir Path folder)
      throws Exception {
    Path token = Files.writeString(folder.resolve("token"), "short\n");
    Path bytes = Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xff, (byte) 0xfe});
    List<String> arguments = new ArrayList<>(List.of("serve"));
    for (String option : options.split(" ")) {
      arguments.add(
          option
              .replace("TOKEN", token.toString())
              .replace("BYTES", bytes.toString())
              .replace("FOLDER", folder.toString()));
    }
    java.io.StringWriter errors = new java.io.StringWriter();
    CommandLine program = Main.commandLine().setErr(new java.io.PrintWriter(errors));

    assertThat(program.execute(arguments.toArray(String[]::new))).isEqualTo(ExitCode.USAGE);
    assertThat(errors.toString()).contains(message).doesNotContain("Exception");
  }

  @Test
  void portInUse_isAMistakeInOneSentence(@TempDir Path folder) throws Exception {
    Path weights = folder.resolve("weights.safetensors");
    Detectors.ferretNetSmall().initialWeights(1).write(weights);
    java.io.StringWriter errors = new java.io.StringWriter();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());
      CommandLine program = Main.commandLine().setErr(new java.io.PrintWriter(errors));

      assertThat(program.execute("serve", "--port", port, "--weights", weights.toString()))
          .isEqualTo(ExitCode.USAGE);
      assertThat(errors.toString())
          .contains("error: expected a free port " + port + " at 127.0.0.1, found ")
          .contains("choose others with --host and --port")
          .doesNotContain("Exception", "answers at");
    }
  }

  /** The signal comes while a request's body is on its way. */
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no SIGTERM")
  void terminated_answersWhatItHasAccepted(@TempDir Path folder) throws Exception {
    Path weights = folder.resolve("weights.safetensors");
    Detectors.ferretNetSmall().initialWeights(1).write(weights);
    Path token = Files.writeString(folder.resolve("token"), "0123456789abcdef0123\n");
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                "--port",
                "0",
                "--batch",
                "2",
                "--token-file",
                token.toString(),
                "--weights",
                weights.toString())
            .redirectError(log.toFile())
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String address = out.readLine();
      assertThat(address).as(Files.readString(log)).startsWith("http://127.0.0.1:");
      byte[] png = Image.of(300, 280, new byte[3 * 300 * 280]).toPng();
      try (Wire first = new Wire(URI.create(address));
          Wire second = new Wire(URI.create(address))) {
        String head =
            Wire.head(png.length)
                .replace("Host: test", "Host: test\r\nAuthorization: Bearer 0123456789abcdef0123");
        assertThat(first.post(png).answer()).startsWith("HTTP/1.1 401");
        assertThat(first.send(head).send(png).answer())
            .startsWith("HTTP/1.1 200")
            .contains("FerretNet-S");
        second.send(head).send(Arrays.copyOf(png, 100));
        Thread.sleep(300); // so that the request's beginning has arrived
        process.destroy(); // SIGTERM
        Thread.sleep(300);
        second.send(Arrays.copyOfRange(png, 100, png.length));

        assertThat(second.answer()).startsWith("HTTP/1.1 200");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(process.exitValue()).isEqualTo(128 + 15);
      assertThat(Files.readString(log))
          .contains("FerretNet-S answers at " + address + " until it is stopped")
          .contains("POST /v1/score 200 in ")
          .doesNotContain("SLF4J", "Exception");
    } finally {
      process.destroyForcibly();
    }
  }
}

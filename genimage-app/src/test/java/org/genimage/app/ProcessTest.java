package org.genimage.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.genimage.app.command.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own shows: its end by a signal, and its environment. */
class ProcessTest {

  private static final int INTERRUPTED = 130;

  @TempDir Path folder;

  private Process start(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(heedingInterrupts());
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "org.genimage.app.Main"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Returns what must stand before a program so that SIGINT ends it. */
  private static List<String> heedingInterrupts() throws Exception {
    if (!interruptsAreIgnored()) {
      return List.of();
    }
    assumeTrue(
        new ProcessBuilder("env", "--default-signal=INT", "true").start().waitFor() == 0,
        "the tests ignore SIGINT, as programs in the background do, and env cannot change that");
    return List.of("env", "--default-signal=INT");
  }

  /** A process that ignores a signal gives that to those that it starts. */
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals")
  void interrupted_endsWithItsOwnExitCode() throws Exception {
    Process process =
        start(Map.of(), "simulate", folder.resolve("images").toString(), "--train", "100000");
    try (BufferedReader said = process.inputReader()) {
      assertThat(said.readLine()).isEqualTo("Simulating images ...");
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();

      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isEqualTo(INTERRUPTED);
    } finally {
      process.destroyForcibly();
    }
  }

  /** The mirror answers with another file, which is refused by its hash. */
  @Test
  void mirror_isAskedInPlaceOfTheHub_andItsFilesAreChecked() throws Exception {
    List<String> asked = Collections.synchronizedList(new ArrayList<>());
    try (ServerSocket mirror = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      Thread answers = new Thread(() -> answer(mirror, asked));
      answers.setDaemon(true);
      answers.start();
      String address = "http://127.0.0.1:" + mirror.getLocalPort();
      Process process =
          start(
              Map.of(
                  "HF_ENDPOINT",
                  address,
                  "GENIMAGE_GITHUB_ENDPOINT",
                  address,
                  "HF_HUB_OFFLINE",
                  "0",
                  "GENIMAGE_CACHE",
                  folder.resolve("cache").toString()),
              "pretrained",
              "get",
              "ferretnet-s");
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(process.waitFor()).as(said).isEqualTo(ExitCode.FAILED);
      assertThat(asked).as(said).isNotEmpty().allMatch(path -> path.contains("erret"));
      assertThat(said).contains("error: ", "127.0.0.1").doesNotContain("\tat ");
      assertThat(folder.resolve("cache")).isDirectoryNotContaining("glob:**.pth");
    }
  }

  /** Answers every request with the same 100 bytes, until the socket is closed. */
  private static void answer(ServerSocket mirror, List<String> asked) {
    while (!mirror.isClosed()) {
      try (Socket client = mirror.accept()) {
        BufferedReader request =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        asked.add(request.readLine());
        while (!request.readLine().isEmpty()) {
          // the headers
        }
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n";
        client.getOutputStream().write((head + "x".repeat(100)).getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        return; // closed
      }
    }
  }
}

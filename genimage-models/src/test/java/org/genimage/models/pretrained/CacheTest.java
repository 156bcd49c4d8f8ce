package org.genimage.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.models.pretrained.LocalServer.file;
import static org.genimage.models.pretrained.LocalServer.redirect;
import static org.genimage.models.pretrained.LocalServer.status;
import static org.genimage.models.pretrained.Publications.COMMIT;
import static org.genimage.models.pretrained.Publications.ascii;
import static org.genimage.models.pretrained.Publications.content;
import static org.genimage.models.pretrained.Publications.known;
import static org.genimage.models.pretrained.Publications.model;
import static org.genimage.models.pretrained.Publications.path;
import static org.genimage.models.pretrained.Publications.sha256;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.genimage.models.pretrained.FileRecord.Check;
import org.genimage.models.pretrained.LocalServer.Request;
import org.genimage.models.pretrained.PublishedFile.Content;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are already there, and several that want one at once. */
@Timeout(60)
class CacheTest {

  private static final String SHA256 =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  private static final byte[] CONTENT = content(200_000);
  private static final PublishedModel PINNED = model(COMMIT, 200_000, known(CONTENT));
  private static final PublishedModel UNPINNED = model("main", 200_000, Content.UNKNOWN);
  private static final String[] HUB = {
    "X-Repo-Commit", COMMIT, "X-Linked-Etag", sha256(CONTENT), "X-Linked-Size", "200000"
  };

  @TempDir private Path folder;
  private LocalServer server;

  @BeforeEach
  void start() throws IOException {
    server = new LocalServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Another process: downloads the pinned file from a server into a folder. */
  public static void main(String[] arguments) {
    System.out.println("begins");
    obtain(PINNED, Publications.access(URI.create(arguments[0]), Path.of(arguments[1])));
    System.out.println("ends");
  }

  private static Path obtain(PublishedModel model, Access access) {
    return new Cache(access).obtain(model, model.files().get(0)).path();
  }

  private Access access() {
    return Publications.access(server.address(), folder);
  }

  private Access offline() {
    return Publications.access(access().options().offline(true));
  }

  private Path put(PublishedModel model, byte[] content) throws IOException {
    Path place = new Cache(access()).place(model, model.files().get(0));
    Files.createDirectories(place.getParent());
    return Files.write(place, content);
  }

  @Test
  void putByHand_pinnedAndRight_isTaken_andItsLicenceShownOnce() throws IOException {
    Path place = put(PINNED, CONTENT);
    List<Licence> licences = new ArrayList<>();
    Access access = Publications.access(offline().options().licences(licences::add));

    assertThat(obtain(PINNED, access)).isEqualTo(place);
    assertThat(obtain(PINNED, access)).isEqualTo(place);

    assertThat(FileRecord.read(place)).get().extracting(FileRecord::check).isEqualTo(Check.PINNED);
    assertThat(licences).hasSize(1);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void putByHand_pinnedAndWrong_isRefused_andLeftAlone() throws IOException {
    byte[] other = CONTENT.clone();
    other[3] ^= 1;
    Path place = put(PINNED, other);

    assertThatThrownBy(() -> obtain(PINNED, access()))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining(
            "found another file at %s: expected SHA-256 %s, found %s; delete it, so that it is"
                    .formatted(place, sha256(CONTENT), sha256(other))
                + " downloaded again");
    assertThat(place).hasBinaryContent(other);
  }

  @Test
  void putByHand_unpinned_isComparedWithTheHub() throws IOException {
    Path place = put(UNPINNED, CONTENT);
    server.on(path("main"), redirect(302, "http://far.invalid/blob", HUB));

    assertThat(obtain(UNPINNED, access())).isEqualTo(place);

    assertThat(FileRecord.read(place))
        .contains(
            new FileRecord(
                "https://hub.invalid" + path("main"),
                COMMIT,
                200_000,
                sha256(CONTENT),
                Check.STATED));
    assertThat(server.requests()).extracting(Request::method).containsExactly("HEAD");
  }

  @Test
  void putByHand_unlikeTheHubs_isRefused() throws IOException {
    put(UNPINNED, content(200_001));
    server.on(path("main"), file(CONTENT, HUB));

    assertThatThrownBy(() -> obtain(UNPINNED, access()))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("expected 200000 bytes, found 200001; delete it");
  }

  @Test
  void putByHand_withoutNetwork_isTakenAsItIs_andComparedFromThenOn() throws IOException {
    Path place = put(UNPINNED, CONTENT);

    assertThat(obtain(UNPINNED, offline())).isEqualTo(place);
    assertThat(FileRecord.read(place))
        .get()
        .extracting(FileRecord::check)
        .isEqualTo(Check.FIRST_USE);

    put(UNPINNED, content(199_999));
    assertThatThrownBy(() -> obtain(UNPINNED, offline()))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("expected 200000 bytes, found 199999");
  }

  @Test
  void putByHand_hubThatCannotBeAsked_isTakenAsItIs() throws IOException {
    Path place = put(UNPINNED, CONTENT);
    server.on(path("main"), status(404));

    assertThat(obtain(UNPINNED, access())).isEqualTo(place);
    assertThat(FileRecord.read(place))
        .get()
        .extracting(FileRecord::check)
        .isEqualTo(Check.FIRST_USE);
  }

  @Test
  void putByHand_aWebPage_isRefused() throws IOException {
    put(UNPINNED, ascii("<html>Please log in"));

    assertThatThrownBy(() -> obtain(UNPINNED, offline()))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found a web page in its place");
  }

  @Test
  void putByHand_aFolder_isRefused() throws IOException {
    Files.createDirectories(new Cache(access()).place(PINNED, PINNED.files().get(0)));

    assertThatThrownBy(() -> obtain(PINNED, access()))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found no file but a folder or a device there; remove it, or");
  }

  @Test
  void downloadedFile_thatIsDamagedLater_isRefused_andLeftAlone() throws IOException {
    server.on(path("main"), file(CONTENT, HUB));
    Path place = obtain(UNPINNED, access());
    byte[] damaged = CONTENT.clone();
    damaged[100_000] ^= 16;
    Files.write(place, damaged);

    assertThatThrownBy(() -> obtain(UNPINNED, access()))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found another file at " + place + ": expected SHA-256 ");
    assertThat(server.requests()).hasSize(1);
    assertThat(place).hasBinaryContent(damaged);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no JSON",
        "{}",
        "{\"source\":\"s\",\"revision\":\"r\",\"bytes\":1,\"sha256\":\"00\",\"check\":\"STATED\"}",
        "{\"source\":\"s\",\"revision\":\"r\",\"bytes\":-1,\"sha256\":\""
            + SHA256
            + "\",\"check\":\"STATED\"}",
        "{\"source\":\"s\",\"revision\":\"r\",\"bytes\":99999999999999999999,\"sha256\":\""
            + SHA256
            + "\",\"check\":\"STATED\"}"
      })
  void note_thatIsBroken_isNamed(String text) throws IOException {
    Path note = FileRecord.place(put(PINNED, CONTENT));
    Files.writeString(note, text);

    assertThatThrownBy(() -> obtain(PINNED, access()))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining(
            "found the note %s beside it, which genimage did not write so; delete that note, or"
                .formatted(note));
  }

  @Test
  void offline_withoutTheFile_saysWhatToFetchAndWhereToPutIt() {
    assertThatThrownBy(() -> obtain(UNPINNED, offline()))
        .isInstanceOf(DownloadException.class)
        .hasMessage(
            "the-model: expected https://hub.invalid%s (200 kB, asked of %s), found no file there,"
                    .formatted(path("main"), server.address())
                + " and no network, because the options say offline; allow the network, or download"
                + " that file elsewhere and put it at "
                + folder.resolve("the-model").resolve("main").resolve("weights.bin"));
    assertThat(folder).isEmptyDirectory();
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void threads_thatWantOneFile_downloadItOnce() throws Exception {
    server.on(
        path(COMMIT),
        exchange -> {
          pause();
          file(CONTENT).answer(exchange);
        });
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<Path>> found = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      found.add(threads.submit(() -> obtain(PINNED, access())));
    }

    for (Future<Path> each : found) {
      assertThat(each.get()).hasBinaryContent(CONTENT);
    }
    threads.shutdown();
    assertThat(server.requests()).hasSize(1);
  }

  private static void pause() {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void processes_thatWantOneFile_downloadItOnce() throws Exception {
    server.on(
        path(COMMIT),
        exchange -> {
          pause();
          file(CONTENT).answer(exchange);
        });
    Process other = other();
    try (BufferedReader lines = lines(other)) {
      assertThat(lines.readLine()).isEqualTo("begins");
      while (server.requests().isEmpty()) {
        Thread.sleep(5);
      }

      Path place = obtain(PINNED, access());

      assertThat(lines.readLine()).isEqualTo("ends");
      assertThat(place).hasBinaryContent(CONTENT);
      assertThat(server.requests()).hasSize(1);
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void process_thatIsKilled_leavesAPart_thatAnotherResumes() throws Exception {
    server.on(
        path(COMMIT),
        server.stall(CONTENT, 90_000, "ETag", "\"one\""),
        file(CONTENT, "ETag", "\"one\""));
    Process other = other();
    Path part = folder.resolve("the-model").resolve(COMMIT).resolve(".weights.bin.part");
    try (BufferedReader lines = lines(other)) {
      assertThat(lines.readLine()).isEqualTo("begins");
      while (Files.notExists(part) || Files.size(part) < 90_000) {
        Thread.sleep(5);
      }
    } finally {
      other.destroyForcibly().waitFor();
    }
    assertThat(part).hasBinaryContent(Arrays.copyOf(CONTENT, 90_000));

    assertThat(obtain(PINNED, access())).hasBinaryContent(CONTENT);

    assertThat(server.requests().get(1).header("Range")).contains("bytes=90000-");
    assertThat(server.requests().get(1).header("If-Range")).contains("\"one\"");
  }

  private Process other() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CacheTest.class.getName(),
            server.address().toString(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static BufferedReader lines(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }
}

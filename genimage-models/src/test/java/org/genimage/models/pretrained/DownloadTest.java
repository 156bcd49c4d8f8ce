package org.genimage.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.models.pretrained.LocalServer.chunked;
import static org.genimage.models.pretrained.LocalServer.cut;
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

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.genimage.models.pretrained.FileRecord.Check;
import org.genimage.models.pretrained.LocalServer.Answering;
import org.genimage.models.pretrained.LocalServer.Request;
import org.genimage.models.pretrained.PublishedFile.Content;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Downloads from a server that is slow, wrong, or lies. */
@Timeout(60)
class DownloadTest {

  private static final byte[] CONTENT = content(300_000);
  private static final String ETAG = "\"one\"";
  private static final String HASH = sha256(CONTENT);
  private static final String[] HUB = {
    "X-Repo-Commit", COMMIT, "X-Linked-Etag", "\"" + HASH + "\"", "X-Linked-Size", "300000"
  };

  private static final PublishedModel PINNED = model(COMMIT, 300_000, known(CONTENT));
  private static final PublishedModel UNPINNED = model("main", 290_000, Content.UNKNOWN);

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

  /** However a download ended: whole files with their notes, and parts with theirs. */
  @AfterEach
  void nothingElse_isLeft() throws IOException {
    try (Stream<Path> left = Files.walk(folder)) {
      for (Path file : left.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        assertThat(name)
            .matches("weights\\.bin(\\.json)?|\\.weights\\.bin\\.(part(\\.json)?|lock)");
        if (!name.endsWith(".json") && !name.endsWith(".lock")) {
          assertThat(file.resolveSibling(name + ".json")).exists();
        }
      }
    }
  }

  private Path obtain(PublishedModel model) {
    return obtain(model, Publications.access(server.address(), folder));
  }

  /** Gives a server up that is silent for a while, at the first attempt or the next. */
  private Access impatient(int attempts) {
    Timing patient = Publications.access(server.address(), folder).timing();
    return new Access(
        Publications.access(server.address(), folder).options(),
        new Timing(Duration.ofMillis(700), attempts, patient.pause(), patient.longestPause()));
  }

  private static Path obtain(PublishedModel model, Access access) {
    return new Cache(access).obtain(model, model.files().get(0)).path();
  }

  private Path place(PublishedModel model) {
    return new Cache(Publications.access(server.address(), folder))
        .place(model, model.files().get(0));
  }

  private Path partial(PublishedModel model) {
    return place(model).resolveSibling(".weights.bin.part");
  }

  /** The files of the model, without locks. */
  private List<String> names(PublishedModel model) throws IOException {
    try (Stream<Path> files = Files.list(place(model).getParent())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(".lock"))
          .sorted()
          .toList();
    }
  }

  private List<String> ranges() {
    return server.requests().stream()
        .map(request -> request.header("Range").orElse("all"))
        .toList();
  }

  @Test
  void obtain_firstTime_downloadsAndNotes() throws IOException {
    server.on(path(COMMIT), file(CONTENT));
    List<List<Long>> progress = new ArrayList<>();
    List<String> licences = new ArrayList<>();
    DownloadOptions options =
        Publications.access(server.address(), folder)
            .options()
            .progress((done, total) -> progress.add(List.of(done, total)))
            .licences(licence -> licences.add(licence.toString()));

    Path file = obtain(PINNED, Publications.access(options));

    assertThat(file).isEqualTo(folder.resolve("the-model").resolve(COMMIT).resolve("weights.bin"));
    assertThat(file).hasBinaryContent(CONTENT);
    assertThat(names(PINNED)).containsExactly("weights.bin", "weights.bin.json");
    assertThat(FileRecord.read(file))
        .contains(
            new FileRecord(
                "https://hub.invalid" + path(COMMIT), COMMIT, 300_000, HASH, Check.PINNED));
    assertThat(progress).startsWith(List.of(0L, 300_000L)).endsWith(List.of(300_000L, 300_000L));
    assertThat(licences)
        .containsExactly(
            "The model is published by owner under the licence MIT"
                + " (https://hub.invalid/owner/model)");
  }

  @Test
  void obtain_secondTime_asksNobodyAndShowsNothing() {
    server.on(path(COMMIT), file(CONTENT));
    Path first = obtain(PINNED);
    List<Licence> licences = new ArrayList<>();
    DownloadOptions options =
        Publications.access(server.address(), folder).options().licences(licences::add);

    assertThat(obtain(PINNED, Publications.access(options))).isEqualTo(first);

    assertThat(server.requests()).hasSize(1);
    assertThat(licences).isEmpty();
  }

  @Test
  void licences_receiverThatThrows_endsBeforeAnyRequest() throws IOException {
    DownloadOptions options =
        Publications.access(server.address(), folder)
            .options()
            .licences(
                licence -> {
                  throw new IllegalStateException("not accepted");
                });

    assertThatThrownBy(() -> obtain(PINNED, Publications.access(options)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("not accepted");

    assertThat(server.requests()).isEmpty();
    assertThat(names(PINNED)).isEmpty();
  }

  @Test
  void cutConnection_isResumed_underTheSameName() {
    server.on(
        path(COMMIT),
        cut(CONTENT, 100_000, "ETag", ETAG),
        cut(CONTENT, 250_000, "ETag", ETAG),
        file(CONTENT, "ETag", ETAG));

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);

    List<Request> requests = server.requests();
    assertThat(ranges().get(0)).isEqualTo("all");
    assertThat(ranges().subList(1, 3)).allMatch(range -> range.matches("bytes=[1-9]\\d*-"));
    assertThat(requests.get(1).header("If-Range")).contains(ETAG);
    assertThat(requests.get(2).header("If-Range")).contains(ETAG);
  }

  @Test
  void cutConnection_everyTime_goesOnWhileBytesArrive() {
    Answering[] cuts = new Answering[9];
    for (int i = 0; i < cuts.length; i++) {
      cuts[i] = cut(CONTENT, Math.min(300_000, 35_000 * (i + 1)), "ETag", ETAG);
    }
    server.on(path(COMMIT), cuts);

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
    assertThat(server.requests()).hasSize(9);
  }

  @Test
  void cutConnection_serverWithoutRanges_beginsAnew() {
    Answering whole =
        exchange -> {
          exchange.sendResponseHeaders(200, CONTENT.length);
          exchange.getResponseBody().write(CONTENT);
          exchange.getResponseBody().close();
        };
    server.on(path(COMMIT), cut(CONTENT, 100_000), whole);

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void cutConnection_always_endsWithASentence_andKeepsThePart() throws IOException {
    server.on(path(COMMIT), cut(CONTENT, 100_000));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageStartingWith(
            "the-model: expected https://hub.invalid%s (300 kB, asked of %s), found a connection"
                .formatted(path(COMMIT), server.address()))
        .hasMessageEndingWith(", or download that file elsewhere and put it at " + place(PINNED));

    // Three tries, each of which Java's client may repeat once where it is reset before an answer.
    assertThat(server.requests()).hasSizeBetween(3, 6);
    assertThat(names(PINNED)).containsExactly(".weights.bin.part", ".weights.bin.part.json");
    assertThat(partial(PINNED)).hasBinaryContent(Arrays.copyOf(CONTENT, 100_000));
  }

  @Test
  void leftPart_ofAKilledProcess_isResumed() throws IOException {
    leave(Arrays.copyOf(CONTENT, 123_456), Optional.of(ETAG));
    server.on(path(COMMIT), file(CONTENT, "ETag", ETAG));

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
    assertThat(ranges()).containsExactly("bytes=123456-");
    assertThat(names(PINNED)).containsExactly("weights.bin", "weights.bin.json");
  }

  @Test
  void leftPart_complete_needsNoRequest() throws IOException {
    leave(CONTENT, Optional.empty());

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void leftPart_completeButDamaged_isDownloadedAnew() throws IOException {
    byte[] damaged = CONTENT.clone();
    damaged[70_000] ^= 1;
    leave(damaged, Optional.of(ETAG));
    server.on(path(COMMIT), file(CONTENT, "ETag", ETAG));

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
    assertThat(ranges()).containsExactly("all");
  }

  @Test
  void cutConnection_ofAContentWithoutAKnownHash_beginsAnew() {
    server.on(path("main"), cut(CONTENT, 100_000, "ETag", ETAG), file(CONTENT, "ETag", ETAG));

    assertThat(obtain(UNPINNED)).hasBinaryContent(CONTENT);
    assertThat(ranges()).containsExactly("all", "all");
  }

  @Test
  void leftPart_damaged_isDownloadedAnew() throws IOException {
    byte[] damaged = Arrays.copyOf(CONTENT, 200_000);
    damaged[70_000] ^= 1;
    leave(damaged, Optional.of(ETAG));
    server.on(path(COMMIT), file(CONTENT, "ETag", ETAG));

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
    assertThat(ranges()).containsExactly("bytes=200000-", "all");
  }

  @Test
  void leftPart_ofAnotherContent_isDownloadedAnew() throws IOException {
    leave(content(123_456), Optional.of("\"other\""));
    server.on(path(COMMIT), file(CONTENT, "ETag", ETAG));

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
    assertThat(ranges()).containsExactly("bytes=123456-");
  }

  @Test
  void leftPart_serverThatHeedsNoIfRange_isDownloadedAnew() throws IOException {
    leave(content(123_456), Optional.of("\"other\""));
    Answering careless =
        exchange -> {
          boolean part = exchange.getRequestHeaders().containsKey("Range");
          int start = part ? 123_456 : 0;
          exchange.getResponseHeaders().set("ETag", ETAG);
          exchange.getResponseHeaders().set("Content-Range", "bytes 123456-299999/300000");
          exchange.sendResponseHeaders(part ? 206 : 200, CONTENT.length - start);
          exchange.getResponseBody().write(CONTENT, start, CONTENT.length - start);
          exchange.getResponseBody().close();
        };
    server.on(path(COMMIT), careless);

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
    assertThat(ranges()).containsExactly("bytes=123456-", "all");
  }

  @Test
  void leftPart_longerThanTheFile_isDownloadedAnew() throws IOException {
    leave(content(400_000), Optional.of(ETAG));
    server.on(path(COMMIT), file(CONTENT, "ETag", ETAG));

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
    assertThat(ranges()).containsExactly("bytes=400000-", "all");
  }

  @Test
  void leftPart_withoutItsNote_isDownloadedAnew() throws IOException {
    leave(content(1000), Optional.of(ETAG));
    Files.delete(place(PINNED).resolveSibling(".weights.bin.part.json"));
    server.on(path(COMMIT), file(CONTENT));

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
    assertThat(ranges()).containsExactly("all");
  }

  private void leave(byte[] part, Optional<String> etag) throws IOException {
    Files.createDirectories(place(PINNED).getParent());
    Files.write(partial(PINNED), part);
    new PartialDownload(COMMIT, etag, known(CONTENT))
        .write(place(PINNED).resolveSibling(".weights.bin.part.json"));
  }

  @Test
  void answer206_ofAnotherPart_isNotJoined() {
    Answering wrong =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 5-299999/300000");
          exchange.sendResponseHeaders(206, CONTENT.length - 5);
          exchange.getResponseBody().write(CONTENT, 5, CONTENT.length - 5);
        };
    server.on(path(COMMIT), cut(CONTENT, 100_000), wrong, file(CONTENT));

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
    assertThat(ranges().get(2)).isEqualTo("all");
  }

  @Test
  void stalledServer_isGivenUp() throws IOException {
    server.on(path(COMMIT), server.stall(CONTENT, 100_000, "ETag", ETAG));

    assertThatThrownBy(() -> obtain(PINNED, impatient(1)))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found no more bytes for 700 milliseconds; try again, it resumes");
    assertThat(place(PINNED)).doesNotExist();
  }

  @Test
  void stalledServer_thatRecovers_isResumed() {
    server.on(
        path(COMMIT), server.stall(CONTENT, 100_000, "ETag", ETAG), file(CONTENT, "ETag", ETAG));

    assertThat(obtain(PINNED, impatient(2))).hasBinaryContent(CONTENT);
    assertThat(ranges()).hasSize(2).last().asString().startsWith("bytes=");
  }

  @Test
  void silentServer_isGivenUp_atOnce() {
    server.on(path(COMMIT), server.silence());

    assertThatThrownBy(() -> obtain(PINNED, impatient(3)))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining(
            "found no answer within 700 milliseconds; check the network and the proxy"
                + " (HTTPS_PROXY, NO_PROXY), or download");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void noServer_isSaid_atOnce() {
    server.close();

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found no connection to 127.0.0.1")
        .hasMessageEndingWith("put it at " + place(PINNED));
  }

  @Test
  void unknownHost_isSaid_atOnce() {
    Access access =
        Publications.access(
            Publications.access(URI.create("http://nowhere.invalid"), folder)
                .options()
                .timeout(Duration.ofMinutes(1)));

    assertThatThrownBy(() -> obtain(PINNED, access))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found no address of the host nowhere.invalid; check the network");
  }

  /** The server here answers, but not in TLS. */
  @Test
  void connectionThatCannotBeTrusted_isSaid_atOnce() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread answering = new Thread(() -> answerPlainly(plain));
      answering.start();
      URI encrypted = URI.create("https://127.0.0.1:" + plain.getLocalPort());

      assertThatThrownBy(() -> obtain(PINNED, Publications.access(encrypted, folder)))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining("found no trusted connection to 127.0.0.1 (")
          .hasMessageContaining("give Java its certificate (-Djavax.net.ssl.trustStore), or");
      answering.join();
    }
  }

  private static void answerPlainly(ServerSocket plain) {
    try (Socket socket = plain.accept()) {
      socket.getInputStream().read(); // the client speaks first
      socket.getOutputStream().write(ascii("HTTP/1.1 400 Bad Request\r\n\r\n"));
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void announcedLength_thatIsWrong_isRefused() throws IOException {
    server.on(path(COMMIT), file(content(299_999)));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining(
            "found a server that announces another content: expected 300000 bytes, found 299999");
    assertThat(names(PINNED)).isEmpty();
  }

  @Test
  void unannouncedLength_tooLong_isRefused() {
    server.on(path(COMMIT), chunked(content(300_001)));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found more than 300000 bytes");
    assertThat(place(PINNED)).doesNotExist();
  }

  @Test
  void unannouncedLength_tooShort_isRefused() {
    server.on(path(COMMIT), chunked(content(299_999)));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found only 299999 of 300000 bytes");
    assertThat(place(PINNED)).doesNotExist();
  }

  @Test
  void unknownLength_farTooLong_isRefused() throws IOException {
    server.on(path("main"), chunked(content(2_100_000)));

    assertThatThrownBy(() -> obtain(model("main", 500_000, Content.UNKNOWN)))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found more than 2048576 bytes");
    assertThat(place(UNPINNED)).doesNotExist();
  }

  @Test
  void unannouncedLength_right_isTaken() {
    server.on(path(COMMIT), chunked(CONTENT));

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
  }

  @Test
  void otherContent_ofTheRightLength_isRefusedAndDeleted() throws IOException {
    byte[] other = CONTENT.clone();
    other[299_999] ^= 1;
    server.on(path(COMMIT), file(other));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining(
            "found another content: expected SHA-256 %s, found %s; try again later"
                .formatted(HASH, sha256(other)));
    assertThat(names(PINNED)).isEmpty();
  }

  @Test
  void otherContent_thanGitsHash_isRefused() {
    // The hash that git gives the content "hello\n".
    Content hello =
        new Content(
            Optional.empty(),
            Optional.empty(),
            Optional.of("ce013625030ba8dba906f756967f9e9ca394464a"));
    server.on(path(COMMIT), file(ascii("hello\n")), file(ascii("hallo\n")));

    assertThat(obtain(model(COMMIT, 6, hello))).hasBinaryContent(ascii("hello\n"));
    assertThatThrownBy(
            () ->
                obtain(
                    model(COMMIT, 6, hello),
                    Publications.access(server.address(), folder.resolve("second"))))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("git's SHA-1 ce013625030ba8dba906f756967f9e9ca394464a, found ");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          <!DOCTYPE html><p>Log in, a web page in its place
          '  <html>', a web page in its place
          version https://git-lfs.github.com/spec/v1, a Git LFS pointer in its place
          '{"error": "busy"}', a message in JSON in its place
          """)
  void somethingElse_inPlaceOfTheFile_isNamed(String text, String found) throws IOException {
    server.on(path("main"), file(ascii(text)));

    assertThatThrownBy(() -> obtain(UNPINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found " + found + "; ");
    assertThat(names(UNPINNED)).isEmpty();
  }

  @Test
  void webPage_thatSaysSo_isNotEvenRead() throws IOException {
    server.on(path(COMMIT), file(CONTENT, "Content-Type", "text/html; charset=utf-8"));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found a web page in its place; check whether the network asks for");
    assertThat(names(PINNED)).isEmpty();
  }

  @Test
  void emptyFile_isRefused() {
    server.on(path("main"), status(200));

    assertThatThrownBy(() -> obtain(UNPINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found an empty file");
  }

  @Test
  void packedAnswer_isRefused() {
    server.on(path(COMMIT), file(CONTENT, "Content-Encoding", "gzip"));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found an answer in the encoding gzip");
    assertThat(server.requests().get(0).header("Accept-Encoding")).contains("identity");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          401, '(not authorised); if it needs an account, set HF_TOKEN', 1
          403, '(forbidden); if it needs an account, set HF_TOKEN', 1
          404, (no such file); check the mirror's address, 1
          410, (no such file); check the mirror's address, 1
          407, (the proxy asks for a user); set HTTPS_PROXY, 1
          418, '; try again later, or use another mirror', 1
          429, (too many requests); try again later, 3
          500, (server error); try again later, 3
          503, (server error); try again later, 3
          """)
  void refusal_isSaid(int status, String said, int requests) throws IOException {
    server.on(path(COMMIT), status(status, "Proxy-Authenticate", "Basic realm=\"test\""));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining(
            "found answer %s from %s%s".formatted(status, server.address(), path(COMMIT)))
        .hasMessageContaining(said)
        .hasMessageEndingWith("put it at " + place(PINNED));
    assertThat(server.requests()).hasSize(requests);
    assertThat(names(PINNED)).isEmpty();
  }

  @Test
  void busyServer_thatSaysWhen_isAskedThen() {
    server.on(
        path(COMMIT),
        status(429, "Retry-After", "0"),
        status(503, "Retry-After", "1"),
        file(CONTENT));
    long start = System.nanoTime();

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);

    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(20));
  }

  @Test
  void busyServer_thatNamesADate_isAskedThen() {
    String past =
        ZonedDateTime.now(ZoneOffset.UTC)
            .minusMinutes(1)
            .format(DateTimeFormatter.RFC_1123_DATE_TIME);
    server.on(path(COMMIT), status(503, "Retry-After", past), file(CONTENT));

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
  }

  @Test
  void busyServer_thatAsksForHours_isNotWaitedFor() {
    server.on(path(COMMIT), status(429, "Retry-After", "7200"), file(CONTENT));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("(too many requests), which asks to wait 7200 seconds; try again");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void redirect_toItself_isRefused() {
    server.on(path(COMMIT), redirect(302, path(COMMIT)));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found redirects without end, to " + server.address());
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void redirect_onAndOn_isRefused() {
    for (int i = 0; i < 30; i++) {
      server.on("/" + i, redirect(307, "/" + (i + 1)));
    }
    server.on(path(COMMIT), redirect(301, "/0"));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found redirects without end");
    assertThat(server.requests()).hasSize(10);
  }

  @ParameterizedTest
  @CsvSource({
    "https://127.0.0.1/weights, use its https address as the mirror",
    "ftp://127.0.0.1/weights, use another mirror",
    "file:///etc/passwd, use another mirror"
  })
  void redirect_toAnotherScheme_isRefused(String target, String remedy) {
    server.on(path(COMMIT), redirect(302, target + "?secret=1"));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found a redirect from http to " + target.substring(0, 5))
        .hasMessageContaining(", which is not followed; %s, or".formatted(remedy));
  }

  @Test
  void redirect_withinTheServer_isFollowed() {
    server.on(path(COMMIT), redirect(308, "/elsewhere?signature=1"));
    server.on("/elsewhere", file(CONTENT));

    assertThat(obtain(PINNED)).hasBinaryContent(CONTENT);
  }

  @Test
  void hub_statesCommitAndHash_whichAreNotedAndCompared() throws IOException {
    server.on(path("main"), redirect(302, server.address("localhost") + "/blob", HUB));
    server.on("/blob", file(CONTENT, "ETag", "\"of no meaning\""));

    Path file = obtain(UNPINNED);

    assertThat(file).hasBinaryContent(CONTENT);
    assertThat(FileRecord.read(file))
        .contains(
            new FileRecord(
                "https://hub.invalid" + path("main"), COMMIT, 300_000, HASH, Check.STATED));
  }

  @Test
  void hub_statesAHash_andSendsAnotherContent() throws IOException {
    byte[] other = CONTENT.clone();
    other[1] ^= 1;
    server.on(path("main"), redirect(302, server.address("localhost") + "/blob", HUB));
    server.on("/blob", file(other));

    assertThatThrownBy(() -> obtain(UNPINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found another content: expected SHA-256 " + HASH);
    assertThat(names(UNPINNED)).isEmpty();
  }

  @Test
  void hub_statesAnotherHashThanThePinnedOne_isRefused() {
    server.on(
        path(COMMIT), file(CONTENT, "X-Repo-Commit", COMMIT, "X-Linked-Etag", sha256(content(5))));

    assertThatThrownBy(() -> obtain(PINNED))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining(
            "announces another content: expected SHA-256 %s, found SHA-256 %s"
                .formatted(HASH, sha256(content(5))));
  }

  /** Only the hub itself says what its files are. */
  @Test
  void otherServer_statesAHash_whichIsNotBelieved() throws IOException {
    server.on(path("main"), redirect(302, server.address("localhost") + "/blob"));
    server.on("/blob", file(CONTENT, HUB));

    Path file = obtain(UNPINNED);

    assertThat(FileRecord.read(file))
        .contains(
            new FileRecord(
                "https://hub.invalid" + path("main"), "main", 300_000, HASH, Check.FIRST_USE));
  }

  @Test
  void hub_resumes_theCommitThatItNamed() {
    server.on(path("main"), redirect(302, server.address("localhost") + "/blob", HUB));
    server.on(path(COMMIT), redirect(302, server.address("localhost") + "/blob", HUB));
    server.on("/blob", cut(CONTENT, 100_000, "ETag", ETAG), file(CONTENT, "ETag", ETAG));

    assertThat(obtain(UNPINNED)).hasBinaryContent(CONTENT);
    assertThat(server.requests())
        .extracting(Request::address)
        .containsExactly(path("main"), "/blob", path(COMMIT), "/blob");
  }

  @Test
  void fileThatIsGone_isDownloadedAgain_fromTheNotedCommit() throws IOException {
    server.on(path("main"), file(CONTENT, HUB));
    Path file = obtain(UNPINNED);
    Files.delete(file);
    byte[] newer = content(300_000);
    newer[5] ^= 1;
    server.on(path(COMMIT), file(newer), file(CONTENT));

    assertThatThrownBy(() -> obtain(UNPINNED)).hasMessageContaining("expected SHA-256 " + HASH);
    assertThat(obtain(UNPINNED)).hasBinaryContent(CONTENT);
    assertThat(server.requests())
        .extracting(Request::address)
        .containsExactly(path("main"), path(COMMIT), path(COMMIT));
  }

  @Test
  void diskWithoutRoom_isSaidBeforeTheDownload() throws IOException {
    server.on(path(COMMIT), file(CONTENT));
    try (FileSystem small = small()) {
      Path cache = small.getPath("/cache");

      assertThatThrownBy(() -> obtain(PINNED, Publications.access(server.address(), cache)))
          .isInstanceOf(DownloadException.class)
          .hasMessageMatching(
              "(?s).*found \\d+ kB of free space in /cache/.* where it needs 300 kB; make room, or"
                  + " choose another folder \\(GENIMAGE_CACHE\\), or .*");
      assertThat(cache.resolve("the-model").resolve(COMMIT).resolve(".weights.bin.part"))
          .doesNotExist();
    }
  }

  @Test
  void diskThatFillsUp_isSaid_andNothingHasTheFinalName() throws IOException {
    PublishedModel unknown = model("main", 1000, Content.UNKNOWN);
    server.on(path("main"), chunked(CONTENT));
    try (FileSystem small = small()) {
      Path cache = small.getPath("/cache");

      assertThatThrownBy(() -> obtain(unknown, Publications.access(server.address(), cache)))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining(
              "found that it cannot be read or written (out of disk space); make");
      assertThat(cache.resolve("the-model").resolve("main").resolve("weights.bin")).doesNotExist();
    }
  }

  private static FileSystem small() {
    return Jimfs.newFileSystem(
        Configuration.unix().toBuilder().setBlockSize(1024).setMaxSize(200 * 1024).build());
  }

  @Test
  void interrupt_endsTheDownload_andKeepsThePart() throws Exception {
    server.on(path(COMMIT), server.stall(CONTENT, 100_000, "ETag", ETAG));
    Access access =
        Publications.access(
            Publications.access(server.address(), folder)
                .options()
                .timeout(Duration.ofSeconds(30)));
    List<Throwable> thrown = new ArrayList<>();
    List<Boolean> interrupted = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                obtain(PINNED, access);
              } catch (CancellationException e) {
                thrown.add(e);
              }
              interrupted.add(Thread.currentThread().isInterrupted());
            });
    thread.start();
    while (Files.notExists(partial(PINNED)) || Files.size(partial(PINNED)) == 0) {
      Thread.sleep(5);
    }

    thread.interrupt();
    thread.join();

    assertThat(thrown)
        .singleElement()
        .extracting(Throwable::getMessage)
        .isEqualTo("interrupted while weights.bin was being downloaded");
    assertThat(interrupted).containsExactly(true);
    assertThat(Files.size(partial(PINNED))).isPositive();
  }

  @Test
  void answersOfTheServer_neverShowTheirQueries() {
    server.on(path(COMMIT), redirect(302, "/signed?signature=secret"));
    server.on("/signed", status(403));

    assertThatThrownBy(() -> obtain(PINNED))
        .hasMessageContaining("found answer 403 from " + server.address() + "/signed (forbidden)")
        .message()
        .doesNotContain("secret");
  }
}

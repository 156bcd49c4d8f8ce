package org.genimage.app.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.io.ByteSource;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.genimage.data.image.Image;
import org.genimage.models.ErrorBound;
import org.genimage.models.VerdictRule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ScoringServerTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String TOKEN = "0123456789abcdef0123";
  private static final int SMALL = 16_384; // bytes that the service has read before it answers
  private static final ServiceLimits LIMITS =
      ServiceLimits.DEFAULT.imageBytes(100_000).images(3).pixels(1_000_000).uploadBytes(1 << 20);
  private static final ServiceSettings SETTINGS =
      ServiceSettings.DEFAULT.at("127.0.0.1", 0).limits(LIMITS);

  private final RedDetector detector = new RedDetector();
  private final HttpClient client = HttpClient.newHttpClient();
  private ScoringServer server;

  private void start(ServiceSettings settings) {
    server = ScoringServer.start(detector.batching().threads(2), settings, line -> {});
    detector.scored.clear(); // the black images of the warm-up
  }

  @AfterEach
  void stop() {
    detector.open();
    if (server != null) {
      server.close();
    }
  }

  private URI at(String path) {
    return server.address().resolve(path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  /**
   * Sends a large body. A service that refuses one before it has read it closes the connection, and
   * a client may see that before the answer: it sends the request again.
   */
  private HttpResponse<String> sendLarge(HttpRequest.Builder request) throws Exception {
    for (int attempt = 1; attempt < 5; attempt++) {
      try {
        return send(request);
      } catch (IOException e) {
        // once more
      }
    }
    return send(request);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(at(path)));
  }

  private HttpResponse<String> post(byte[] image, String... headers) throws Exception {
    return post("image/png", image, headers);
  }

  private HttpResponse<String> post(String type, byte[] body, String... headers) throws Exception {
    return postTo("/v1/score", type, body, headers);
  }

  private HttpResponse<String> postTo(String path, String type, byte[] body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at(path))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .header("Content-Type", type);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return body.length > SMALL ? sendLarge(request) : send(request);
  }

  /** Returns a multipart body with the boundary XX. */
  private static byte[] multipart(String name, byte[]... images) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] image : images) {
      String head =
          "--XX\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"../p\u00e4th.png\"\r\n\r\n"
              .formatted(name);
      body.write(head.getBytes(StandardCharsets.UTF_8));
      body.write(image);
      body.write("\r\n".getBytes(StandardCharsets.UTF_8));
    }
    body.write("--XX--\r\n".getBytes(StandardCharsets.UTF_8));
    return body.toByteArray();
  }

  private HttpResponse<String> postAll(byte[]... images) throws Exception {
    return post("multipart/form-data; boundary=XX", multipart("images", images));
  }

  /** Checks that the answer is a problem as RFC 9457 and the OpenAPI document have it. */
  private void assertProblem(HttpResponse<String> response, int status, String code)
      throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = JSON.readTree(response.body());
    assertThat(problem.get("type").textValue()).isEqualTo("urn:genimage:problem:" + code);
    assertThat(problem.get("status").intValue()).isEqualTo(status);
    assertThat(fits("Problem", problem)).isEmpty();
    assertThat(problem.get("instance").textValue())
        .endsWith(response.headers().firstValue("X-Request-Id").orElseThrow());
    assertProtected(response);
  }

  private static void assertProtected(HttpResponse<String> response) {
    Map<String, List<String>> headers = response.headers().map();
    assertThat(headers.get("content-security-policy").get(0))
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(headers)
        .containsEntry("x-content-type-options", List.of("nosniff"))
        .containsEntry("referrer-policy", List.of("no-referrer"))
        .containsEntry("cache-control", List.of("no-store"))
        .doesNotContainKey("server");
    assertThat(response.body()).doesNotContain("Exception", "\tat ", "secret");
  }

  private List<String> fits(String schema, JsonNode value) throws Exception {
    JsonNode document = JSON.readTree(get("/openapi.json").body());
    return new Schema(document).problems(document.at("/components/schemas/" + schema), value);
  }

  @Test
  void image_asBody_isScored() throws Exception {
    start(SETTINGS);
    HttpResponse<String> response = post(RedDetector.png(0.8));
    JsonNode answer = JSON.readTree(response.body());

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(answer.get("score").doubleValue()).isEqualTo(0.8);
    assertThat(answer.get("verdict").textValue()).isEqualTo("AI");
    assertThat(answer.get("threshold").doubleValue()).isEqualTo(0.5);
    assertThat(answer.get("detector").textValue()).isEqualTo("red");
    assertThat(answer.get("image").get("width").intValue()).isEqualTo(4);
    assertThat(answer.get("limits").get(0).textValue()).startsWith("A score is not evidence.");
    assertThat(answer.get("claims").get("summary").textValue()).contains("not verified");
    assertThat(fits("Answer", answer)).isEmpty();
    assertProtected(response);
  }

  @Test
  void images_asMultipart_areScoredInOrder_andABrokenOneFailsAlone() throws Exception {
    start(SETTINGS);
    HttpResponse<String> response =
        postAll(RedDetector.png(0.2), new byte[] {1, 2, 3}, RedDetector.png(1));
    JsonNode answer = JSON.readTree(response.body());
    JsonNode images = answer.get("images");

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(images.at("/0/answer/score").doubleValue()).isEqualTo(0.2);
    assertThat(images.at("/0/answer/verdict").textValue()).isEqualTo("natural");
    assertThat(images.at("/0/name").textValue()).isEqualTo("../p\u00e4th.png");
    assertThat(images.at("/1/status").intValue()).isEqualTo(422);
    assertThat(images.at("/1/problem/detail").textValue())
        .startsWith("Expected a JPEG, PNG, WebP, GIF, BMP, TIFF or PPM image, found");
    assertThat(images.at("/2/answer/score").doubleValue()).isEqualTo(1);
    assertThat(fits("Answers", answer)).isEmpty();
  }

  @Test
  void verdict_byARule_mayBeUnsure() throws Exception {
    ErrorBound bound = new ErrorBound(0.05, 0.03, 0.95, 0, 100);
    detector.rule =
        Optional.of(
            new VerdictRule(
                0.3,
                0.7,
                bound,
                bound,
                List.of(),
                new VerdictRule.Origin("red", 1, "0".repeat(64), "", true)));
    start(SETTINGS);
    JsonNode answer = JSON.readTree(post(RedDetector.png(0.6)).body());

    assertThat(answer.get("verdict").textValue()).isEqualTo("unsure");
    assertThat(answer.at("/thresholds/naturalBelow").doubleValue()).isEqualTo(0.3);
    assertThat(answer.at("/thresholds/aiAbove").doubleValue()).isEqualTo(0.7);
    assertThat(fits("Answer", answer)).isEmpty();
  }

  /**
   * The detector looks at one pixel, at the upper left of the view, so that is where the map is.
   */
  @Test
  void explanation_isAMapOfTheViewWithItsScale_andASpectrum() throws Exception {
    start(SETTINGS);
    byte[] rgb = new byte[3 * 20 * 20];
    int first = 8 * 20 + 8; // of the middle 4 x 4 pixels
    rgb[3 * first] = (byte) 204;
    byte[] png = Image.of(20, 20, rgb).toPng();
    HttpResponse<String> response = postTo("/v1/score?explain=true", "image/png", png);
    JsonNode answer = JSON.readTree(response.body());
    JsonNode explanation = answer.get("explanation");

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(answer.get("score").doubleValue()).isEqualTo(0.8);
    assertThat(fits("Answer", answer)).isEmpty();
    assertThat(explanation.at("/map/caption").textValue()).contains("orange areas speak for AI");
    assertThat(explanation.at("/spectrum/caption").textValue())
        .contains("middle 16 \u00d7 16 pixels");
    Image map = picture(explanation.get("map"));
    assertThat(map.width()).isEqualTo(4);
    assertThat(map.height()).isEqualTo(4 + 1 + 6); // the view, a line, the scale
    assertThat(map.value(0, 0, 0) - map.value(0, 0, 2)).as("orange").isGreaterThan(100);
    assertThat(map.value(3, 3, 0)).as("grey").isEqualTo(map.value(3, 3, 2));
    assertThat(picture(explanation.get("spectrum")).width()).isEqualTo(16);
    assertThat(get("/metrics").body()).contains("genimage_explanations_seconds_count 1");
    JsonNode small =
        JSON.readTree(postTo("/v1/score?explain=true", "image/png", RedDetector.png(0.5)).body());
    assertThat(small.at("/explanation/spectrum").isNull()).isTrue();
    assertThat(post(png).body()).doesNotContain("explanation");
    assertProblem(postTo("/v1/score?explain=true", "image/png", new byte[100]), 422, "unreadable");
  }

  private static Image picture(JsonNode json) throws IOException {
    return Image.read("picture", ByteSource.wrap(json.get("png").binaryValue()));
  }

  @Test
  void explanations_thatAreNotOffered_areRefused() throws Exception {
    start(SETTINGS.times(ServiceTimes.DEFAULT.explanation(Duration.ZERO)));

    assertProblem(
        postTo("/v1/score?explain=true", "image/png", RedDetector.png(0.5)), 400, "malformed");
    assertThat(get("/v1/detectors").body()).contains("\"explanations\":false");
    assertThat(postTo("/v1/score?explain=false", "image/png", RedDetector.png(0.5)).statusCode())
        .isEqualTo(200);
  }

  @Test
  void warnings_nameWhatTheDetectorDoesNotSee() throws Exception {
    start(SETTINGS);
    byte[] jpeg = Image.of(40, 20, new byte[3 * 40 * 20]).toJpeg(50);
    JsonNode large = JSON.readTree(post("image/jpeg", jpeg).body());
    JsonNode small = JSON.readTree(post(Image.of(3, 3, new byte[27]).toPng()).body());

    assertThat(large.get("warnings").findValuesAsText("code"))
        .containsExactly("cropped", "recompressed");
    assertThat(large.get("warnings").get(0).get("text").textValue())
        .contains("the middle of the image, 2 % of its area");
    assertThat(small.get("warnings").findValuesAsText("code")).containsExactly("tiny");
  }

  @Test
  void claims_ofTheFile_standBesideTheScore() throws Exception {
    start(SETTINGS);
    byte[] plain = RedDetector.png(0.2);
    byte[] claiming = withText(plain, "Software", "NovelAI", "Source", "NovelAI Diffusion");
    JsonNode answer = JSON.readTree(post(claiming).body());

    assertThat(answer.get("score").doubleValue()).isEqualTo(0.2);
    assertThat(answer.get("verdict").textValue()).isEqualTo("natural");
    assertThat(answer.at("/claims/says/0").textValue()).isEqualTo("aiGenerated");
    assertThat(answer.at("/claims/verified").booleanValue()).isFalse();
    assertThat(fits("Answer", answer)).isEmpty();
  }

  @Test
  void detectors_andStates_areWhatTheDocumentSays() throws Exception {
    start(SETTINGS);

    assertThat(fits("Detectors", JSON.readTree(get("/v1/detectors").body()))).isEmpty();
    assertThat(fits("Status", JSON.readTree(get("/health/live").body()))).isEmpty();
    assertThat(fits("Status", JSON.readTree(get("/health/ready").body()))).isEmpty();
  }

  @Test
  void document_namesEveryAddressAndProblem() throws Exception {
    start(SETTINGS);
    JsonNode document = JSON.readTree(get("/openapi.json").body());
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            assertThat(status(method, path.getKey()))
                                .as(path.getKey())
                                .isNotIn(404, 405)));
    assertThat(document.get("openapi").textValue()).isEqualTo("3.1.0");
    assertThat(document.at("/paths/~1v1~1score/post/responses").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "200", "400", "401", "403", "408", "413", "415", "422", "429", "500", "503");
  }

  private int status(String method, String path) {
    try {
      return send(HttpRequest.newBuilder(at(path))
              .method(method.toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.noBody()))
          .statusCode();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void otherAddressesAndMethods_areProblems() throws Exception {
    start(SETTINGS);

    assertProblem(get("/nothing"), 404, "not-found");
    assertProblem(get("/../../etc/passwd"), 400, "malformed");
    HttpResponse<String> twoSlashes =
        send(HttpRequest.newBuilder(URI.create(server.address() + "/v1/score")));
    assertProblem(twoSlashes, 400, "malformed");
    assertThat(detail(twoSlashes)).contains("may have \"//\"");
    HttpResponse<String> wrong = get("/v1/score");
    assertProblem(wrong, 405, "method");
    assertThat(wrong.headers().firstValue("Allow")).hasValue("POST");
    assertThat(detail(wrong)).isEqualTo("Use POST.");
    assertProblem(send(HttpRequest.newBuilder(at("/v1/detectors")).DELETE()), 405, "method");
    HttpResponse<String> head =
        send(HttpRequest.newBuilder(at("/")).method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void badBodies_areProblems() throws Exception {
    start(SETTINGS);

    HttpResponse<String> text = post("Text/Plain; charset=x", new byte[9]);
    assertProblem(text, 415, "media-type");
    assertThat(detail(text))
        .startsWith("The body has the Content-Type text/plain; charset=x, which is not taken. Send")
        .contains("image/jpeg", "application/octet-stream", "multipart/form-data");
    HttpResponse<String> untyped =
        send(
            HttpRequest.newBuilder(at("/v1/score"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[9])));
    assertProblem(untyped, 415, "media-type");
    assertThat(detail(untyped)).startsWith("The body has no Content-Type. Send one image");
    assertProblem(post("image/png", new byte[0]), 400, "malformed");
    HttpResponse<String> nothing =
        send(HttpRequest.newBuilder(at("/v1/score")).POST(HttpRequest.BodyPublishers.noBody()));
    assertProblem(nothing, 400, "malformed");
    assertThat(detail(nothing)).startsWith("The body is empty. Send one image");
    try (Wire wire = new Wire(server.address())) { // neither a length nor a type
      assertThat(wire.send("POST /v1/score HTTP/1.1\r\nHost: t\r\n\r\n").answer())
          .startsWith("HTTP/1.1 400")
          .contains("The body is empty.");
    }
    assertProblem(post("image/png", new byte[100]), 422, "unreadable");
    HttpResponse<String> large = post("image/png", new byte[100_001]);
    assertProblem(large, 413, "too-large");
    assertThat(detail(large)).startsWith("An image may have 100000 bytes;");
    assertProblem(post("multipart/form-data", new byte[9]), 400, "malformed");
    assertProblem(post("multipart/form-data; boundary=XX", new byte[9]), 400, "malformed");
    byte[] whole = multipart("images", RedDetector.png(0.5));
    assertProblem(
        post("multipart/form-data; boundary=XX", Arrays.copyOf(whole, whole.length - 20)),
        400,
        "malformed");
    assertProblem(
        post("multipart/form-data; boundary=XX", multipart("other", RedDetector.png(0.5))),
        400,
        "malformed");
    assertProblem(post("multipart/form-data; boundary=XX", multipart("images")), 400, "malformed");
    byte[] png = RedDetector.png(0.5);
    HttpResponse<String> many = postAll(png, png, png, png);
    assertProblem(many, 413, "too-large");
    assertThat(detail(many)).startsWith("A request may have 3 images (--max-images)");
    assertProblem(postAll(new byte[100_001]), 413, "too-large");
    for (String options : List.of("explain", "explain=1", "explain=true&x=1", "x")) {
      assertProblem(postTo("/v1/score?" + options, "image/png", png), 400, "malformed");
    }
    assertProblem(
        postTo("/v1/score?explain=true", "multipart/form-data; boundary=XX", whole),
        400,
        "malformed");
    assertThat(post(png).statusCode()).isEqualTo(200);
  }

  private static String detail(HttpResponse<String> problem) throws IOException {
    return JSON.readTree(problem.body()).get("detail").textValue();
  }

  @Test
  void limitOfAFile_isNamedInTheUnitOfItsOption() throws Exception {
    start(SETTINGS.limits(ServiceLimits.DEFAULT.imageBytes(1 << 20).uploadBytes(16 << 20)));
    HttpResponse<String> large = post("image/png", new byte[(1 << 20) + 1]);

    assertProblem(large, 413, "too-large");
    assertThat(detail(large)).startsWith("An image may have 1 MiB;").contains("--max-megabytes");
  }

  @Test
  void heic_isNamedWithAWayToConvert() throws Exception {
    start(SETTINGS);
    byte[] heic = new byte[64];
    byte[] start = "\0\0\0\030ftypheic\0\0\0\0mif1heic".getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(start, 0, heic, 0, start.length);
    HttpResponse<String> response = post("image/heic", heic);

    assertProblem(response, 415, "media-type");
    assertThat(JSON.readTree(response.body()).get("detail").textValue())
        .startsWith("HEIC images are not decoded here.")
        .contains("Convert the image to PNG", "heif-convert photo.heic photo.png", "heif-dec");
  }

  /** A few kilobytes that claim, and expand to, far more pixels than are allowed. */
  @Test
  void bombs_areRefusedBeforeTheyAreDecoded() throws Exception {
    start(SETTINGS);
    HttpResponse<String> response = post(bomb(20_000, 20_000));

    assertProblem(response, 422, "unreadable");
    assertThat(JSON.readTree(response.body()).get("detail").textValue())
        .contains("at most 1000000 pixels, found a header that claims 20000x20000");
    assertThat(detector.scored).isEmpty();
  }

  @Test
  void damagedFiles_neverBreakTheService() throws Exception {
    start(SETTINGS);
    Random random = new Random(7);
    byte[] png = withText(RedDetector.png(0.5), "Software", "x", "Comment", "y");
    byte[] jpeg = Image.of(16, 16, new byte[3 * 256]).toJpeg(90);
    for (int i = 0; i < 300; i++) {
      byte[] file = (i % 2 == 0 ? png : jpeg).clone();
      for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
        file[random.nextInt(file.length)] = (byte) random.nextInt();
      }
      byte[] cut = Arrays.copyOf(file, 1 + random.nextInt(file.length));
      HttpResponse<String> response =
          i % 3 == 0 ? postAll(cut, file) : post(i % 3 == 1 ? cut : file);
      assertThat(response.statusCode()).as(response.body()).isIn(200, 415, 422);
    }
    assertThat(post(png).statusCode()).isEqualTo(200);
  }

  @Test
  void token_isNeededWhereItIsSet_butNotForPageAndHealth() throws Exception {
    start(SETTINGS.token(TOKEN));
    byte[] png = RedDetector.png(0.5);

    HttpResponse<String> none = post(png);
    assertProblem(none, 401, "token");
    assertThat(none.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
    assertProblem(post(png, "Authorization", "Bearer " + TOKEN + "x"), 401, "token");
    assertProblem(post(png, "Authorization", "Basic " + TOKEN), 401, "token");
    assertProblem(get("/metrics"), 401, "token");
    assertProblem(get("/v1/detectors"), 401, "token");
    assertThat(post(png, "Authorization", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
    assertThat(post(png, "Authorization", "bearer " + TOKEN).statusCode()).isEqualTo(200);
    for (String open : List.of("/", "/page.js", "/health/live", "/health/ready", "/openapi.json")) {
      assertThat(get(open).statusCode()).as(open).isEqualTo(200);
    }
    assertThat(SETTINGS.token(TOKEN).toString()).doesNotContain(TOKEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site"})
  void pagesOfOtherSites_areRefused(String site) throws Exception {
    start(SETTINGS);

    assertProblem(post(RedDetector.png(0.5), "Sec-Fetch-Site", site), 403, "cross-site");
    assertThat(post(RedDetector.png(0.5), "Sec-Fetch-Site", "same-origin").statusCode())
        .isEqualTo(200);
  }

  @Test
  void originOfAnotherSite_isRefusedAtEveryAddressOfPrograms() throws Exception {
    start(SETTINGS);
    byte[] png = RedDetector.png(0.5);
    String own = "http://127.0.0.1:" + server.address().getPort();
    String otherPort = "http://127.0.0.1:" + (server.address().getPort() ^ 1);

    for (String origin : List.of("http://evil.example", "null", otherPort)) {
      assertProblem(post(png, "Origin", origin), 403, "cross-site");
      assertProblem(post(png, "Origin", origin, "Sec-Fetch-Site", "none"), 403, "cross-site");
      for (String address : List.of("/v1/detectors", "/metrics")) {
        assertProblem(
            send(HttpRequest.newBuilder(at(address)).header("Origin", origin)), 403, "cross-site");
      }
    }
    assertThat(post(png, "Origin", own).statusCode()).isEqualTo(200);
    assertThat(post(png, "Origin", own.replace("http:", "https:")).statusCode()).isEqualTo(200);
    // A proxy that writes its own Host: the browser itself has compared.
    HttpResponse<String> proxied =
        post(png, "Origin", "https://service.example", "Sec-Fetch-Site", "same-origin");
    assertThat(proxied.statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "https://example.org, example.org, true",
    "http://example.org, Example.ORG:80, true",
    "https://example.org:443, example.org, true",
    "https://my_service:8443, my_service:8443, true",
    "http://[::1]:8080, [::1]:8080, true",
    "https://example.org, example.org:80, false",
    "http://example.org:8080, example.org, false",
    "http://example.org.evil.example, example.org, false",
    "http://[::1]:8080, [::2]:8080, false",
    "http://example.org@evil.example, example.org, false",
    "http://example.org/, example.org, false",
    "file://, example.org, false",
    "chrome-extension://example.org, example.org, false",
    "http://example.org:x, example.org, false",
    "http://example.org, , false",
    "'', '', false",
  })
  void origin_isComparedByHostAndPort(String origin, String host, boolean isOwn) {
    assertThat(OtherSites.isOwn(origin, host)).isEqualTo(isOwn);
  }

  @Test
  void failuresOfTheDetector_areNamedInTheLogAlone() throws Exception {
    start(SETTINGS);
    detector.fails = true;
    HttpResponse<String> response = post(RedDetector.png(0.5));

    assertProblem(response, 500, "internal");
    detector.fails = false;
    assertThat(post(RedDetector.png(0.5)).statusCode()).isEqualTo(200);
  }

  @Test
  void requests_areLoggedById_withoutWhatIsInThem() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    server = ScoringServer.start(detector.batching(), SETTINGS, lines::add);
    HttpResponse<String> response = post(RedDetector.png(0.5), "X-Request-Id", "my-request.1");
    assertThat(response.headers().firstValue("X-Request-Id")).hasValue("my-request.1");
    assertThat(JSON.readTree(response.body()).get("id").textValue()).isEqualTo("my-request.1");
    HttpResponse<String> odd = post(RedDetector.png(0.5), "X-Request-Id", "a b\u00e9");
    assertThat(odd.headers().firstValue("X-Request-Id").orElseThrow()).matches("[0-9a-f]{16}");
    get("/nothing/private?secret=1");
    server.close();

    assertThat(lines).anyMatch(line -> line.startsWith("my-request.1 POST /v1/score 200 in "));
    assertThat(String.join("\n", lines)).doesNotContain("secret", "private", "127.0.0.1");
  }

  @Test
  void metrics_countRequestsVerdictsRefusalsAndBatches() throws Exception {
    start(SETTINGS);
    post(RedDetector.png(0.9));
    post(RedDetector.png(0.1));
    post(new byte[10]);
    get("/nothing/at/all");
    String metrics = get("/metrics").body();

    assertThat(metrics)
        .contains(
            "genimage_verdicts_total{verdict=\"AI\"} 1.0",
            "genimage_verdicts_total{verdict=\"natural\"} 1.0",
            "genimage_refusals_total{reason=\"unreadable\"} 1.0",
            "genimage_queue_depth 0.0",
            "genimage_images_open",
            "genimage_batch_size_count 2",
            "http_server_requests_seconds_count{method=\"POST\",route=\"/v1/score\",status=\"200\"} 2",
            "http_server_requests_seconds_count{method=\"GET\",route=\"other\",status=\"404\"} 1",
            "jvm_memory_used_bytes");
    assertThat(metrics).doesNotContain("nothing");
  }

  @Test
  void page_comesFromTheJar_withoutInlineCode() throws Exception {
    start(SETTINGS);
    HttpResponse<String> page = get("/");

    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
    assertProtected(page);
    assertThat(page.body())
        .contains("<script type=\"module\" src=\"page.js\">", "lang=\"en\"")
        .doesNotContain("style=", "onclick", "http://", "https://");
    for (String file : List.of("/page.js", "/card.js", "/page.css", "/icon.svg")) {
      HttpResponse<String> response = get(file);
      assertThat(response.statusCode()).as(file).isEqualTo(200);
      assertThat(response.body().replace("http://www.w3.org/2000/svg", ""))
          .doesNotContain("http://", "https://", "innerHTML", "eval(");
    }
  }

  @Test
  void settings_outOfRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LIMITS.capacity(2, 3))
        .withMessageContaining("a client's share must be from 1 to the capacity of 2, got 3");
    assertThatIllegalArgumentException().isThrownBy(() -> SETTINGS.at("127.0.0.1", 70_000));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SETTINGS.token("short"))
        .withMessageContaining("openssl rand -hex 32");
  }

  @Test
  void server_inAProgram_hasAnAddress() throws Exception {
    ServiceSettings settings = SETTINGS;
    try (ScoringServer server = ScoringServer.start(detector.batching(), settings)) {
      URI page = server.address();
      assertThat(send(HttpRequest.newBuilder(page)).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void portInUse_isNamed() {
    start(SETTINGS);
    int port = server.address().getPort();

    assertThatThrownBy(
            () -> ScoringServer.start(detector.batching(), SETTINGS.at("127.0.0.1", port)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("expected a free port " + port + " at 127.0.0.1");
  }

  /** Adds tEXt chunks behind the header chunk of a PNG file. */
  private static byte[] withText(byte[] png, String... keysAndTexts) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(png, 0, 33);
    for (int i = 0; i < keysAndTexts.length; i += 2) {
      String text = keysAndTexts[i] + "\0" + keysAndTexts[i + 1];
      chunk(file, "tEXt", text.getBytes(StandardCharsets.ISO_8859_1));
    }
    file.write(png, 33, png.length - 33);
    return file.toByteArray();
  }

  private static byte[] bomb(int width, int height) throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(header);
    out.writeInt(width);
    out.writeInt(height);
    out.write(new byte[] {8, 0, 0, 0, 0}); // grey, one byte a pixel
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(rows)) {
      for (int y = 0; y < 4000; y++) {
        deflater.write(new byte[width + 1]);
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    chunk(file, "IHDR", header.toByteArray());
    chunk(file, "IDAT", rows.toByteArray());
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] content)
      throws IOException {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 check = new CRC32();
    check.update(name);
    check.update(content);
    DataOutputStream out = new DataOutputStream(file);
    out.writeInt(content.length);
    out.write(name);
    out.write(content);
    out.writeInt((int) check.getValue());
  }
}

package org.genimage.app.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.io.Resources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.genimage.data.fuzz.Fuzzer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged bodies, one after the other on kept connections, are scored or refused, and the service
 * is as it was afterwards.
 */
@Tag("fuzz")
class ServiceFuzzTest {

  /** Of small files, so that one that claims much takes little time. */
  private static final ServiceLimits LIMITS =
      ServiceLimits.DEFAULT.imageBytes(100_000).pixels(1 << 20).uploadBytes(1 << 22);

  /** A score, or what docs/service.md says of a body that is not an image. */
  private static final Set<String> RIGHT = Set.of("200", "400", "413", "415", "422");

  private static final int LARGEST_SEED = 20_000;

  private final RedDetector detector = new RedDetector();
  private final AtomicReference<Wire> wire = new AtomicReference<>();
  private ScoringServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        ScoringServer.start(
            detector.batching().batchSize(1).threads(2),
            ServiceSettings.DEFAULT.at("127.0.0.1", 0).limits(LIMITS),
            line -> {});
    wire.set(new Wire(server.address()));
  }

  @AfterEach
  void stop() throws IOException {
    wire.get().close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"image/png", "multipart/form-data; boundary=XX"})
  void body_damaged_isScoredOrRefused(String type) throws Exception {
    byte[][] seeds = files();
    if (type.startsWith("multipart")) {
      seeds = Stream.of(seeds).map(ServiceFuzzTest::multipart).toArray(byte[][]::new);
    }
    Fuzzer.of(seeds).run(type.replaceAll("[/;].*", ""), body -> send(type, body));

    assertThat(send("image/png", RedDetector.png(0.8))).contains("\"score\":0.8");
    wire.get().send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
    assertThat(wire.get().answer())
        .contains("genimage_images_open 0.0", "genimage_requests_scoring 0.0")
        .doesNotContain("status=\"500\"", "reason=\"internal\"");
  }

  /** Sends a body and returns the answer, whose status is right. */
  private String send(String type, byte[] body) throws IOException {
    String head =
        "POST /v1/score HTTP/1.1\r\nHost: test\r\nContent-Type: %s\r\nContent-Length: %s\r\n\r\n"
            .formatted(type, body.length);
    String answer = wire.get().send(head).send(body).answer();
    String status = answer.length() < 12 ? answer : answer.substring(9, 12);
    assertThat(RIGHT).as(answer).contains(status);
    String expected = status.equals("200") ? "application/json" : "application/problem+json";
    assertThat(answer).contains("Content-Type: " + expected).doesNotContain("Exception");
    if (answer.contains("Connection: close")) {
      wire.getAndSet(new Wire(server.address())).close();
    }
    return answer;
  }

  private static byte[] multipart(byte[] image) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    String head =
        "--XX\r\nContent-Disposition: form-data; name=\"images\"; filename=\"a.png\"\r\n\r\n";
    body.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    body.writeBytes(image);
    body.writeBytes(("\r\n" + head).getBytes(StandardCharsets.UTF_8));
    body.writeBytes(RedDetector.png(0.2));
    body.writeBytes("\r\n--XX--\r\n".getBytes(StandardCharsets.UTF_8));
    return body.toByteArray();
  }

  /** Small files of every format. */
  private static byte[][] files() throws IOException {
    List<byte[]> files = new ArrayList<>();
    Iterator<String> names =
        new JsonMapper().readTree(Resources.getResource("formats/expected.json")).fieldNames();
    while (names.hasNext()) {
      byte[] file = Resources.toByteArray(Resources.getResource("formats/" + names.next()));
      if (file.length < LARGEST_SEED) {
        files.add(file);
      }
    }
    return files.toArray(byte[][]::new);
  }
}

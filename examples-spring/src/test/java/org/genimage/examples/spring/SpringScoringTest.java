package org.genimage.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.genimage.data.image.Image;
import org.genimage.models.Detector;
import org.genimage.models.DetectorService;
import org.genimage.models.Detectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

class SpringScoringTest {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @Test
  void application_scores_tellsWhetherItIsReady_andClosesTheDetector(@TempDir Path folder)
      throws Exception {
    Path weights = folder.resolve("weights.safetensors");
    Detectors.ferretNetSmall().initialWeights(1).write(weights);
    Image image = Image.of(300, 280, new byte[3 * 300 * 280]);
    Detector detector;
    double expected;
    try (ConfigurableApplicationContext application =
        SpringApplication.run(
            SpringScoring.class,
            "--server.port=0",
            "--server.address=127.0.0.1",
            "--spring.main.banner-mode=off",
            "--logging.level.root=warn",
            "--genimage.weights=" + weights)) {
      detector = application.getBean(Detector.class);
      expected = detector.score(image);
      HttpResponse<String> answer = post(application, image.toPng());
      HttpResponse<String> broken = post(application, new byte[] {1, 2, 3});
      HttpResponse<String> ready = get(application, "/actuator/health/readiness");

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body())
          .contains("\"detector\":\"FerretNet-S\"", "\"score\":" + expected, "\"verdict\":");
      assertThat(broken.statusCode()).isEqualTo(422);
      assertThat(broken.headers().firstValue("Content-Type")).hasValue("application/problem+json");
      assertThat(broken.body()).contains("expected a JPEG, PNG");
      assertThat(ready.statusCode()).isEqualTo(200);
      assertThat(ready.body()).contains("\"status\":\"UP\"", "\"capacity\":64", "FerretNet-S");
      assertThat(get(application, "/actuator/health/liveness").statusCode()).isEqualTo(200);
      assertThat(application.getBean(DetectorService.class).unanswered()).isZero();
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> detector.score(image))
        .withMessageContaining("is closed");
  }

  private static HttpResponse<String> post(ConfigurableApplicationContext application, byte[] image)
      throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(at(application, "/score"))
            .header("Content-Type", "application/octet-stream")
            .POST(BodyPublishers.ofByteArray(image))
            .build(),
        BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(ConfigurableApplicationContext application, String path)
      throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(at(application, path)).build(), BodyHandlers.ofString());
  }

  private static URI at(ConfigurableApplicationContext application, String path) {
    Environment environment = application.getEnvironment();
    return URI.create(
        "http://127.0.0.1:%s%s".formatted(environment.getProperty("local.server.port"), path));
  }
}

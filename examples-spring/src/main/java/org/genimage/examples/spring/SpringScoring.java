package org.genimage.examples.spring;

import java.nio.file.Path;
import org.genimage.models.Detector;
import org.genimage.models.DetectorService;
import org.genimage.models.Detectors;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Scores images over HTTP in a Spring Boot application: {@code POST /score} with an image. */
@SpringBootApplication
public class SpringScoring {

  /** Starts the application; {@code --genimage.weights=FILE} names the weights. */
  public static void main(String[] arguments) {
    SpringApplication.run(SpringScoring.class, arguments);
  }

  /** Holds the weights, outside Java's heap. Spring closes it last. */
  @Bean
  Detector detector(@Value("${genimage.weights}") Path weights) {
    return Detectors.load(weights);
  }

  /**
   * Gathers the requests of all clients into batches. The application is ready when it has scored a
   * first batch. When the application stops, it answers what it has accepted.
   */
  @Bean(initMethod = "warmUp")
  DetectorService detectorService(Detector detector) {
    return detector.batching().capacity(64).start();
  }
}

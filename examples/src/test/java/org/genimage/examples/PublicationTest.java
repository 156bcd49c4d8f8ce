package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in several files of the repository is the same in all of them. */
class PublicationTest {

  private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern MODULE = Pattern.compile("<module>([\\w-]+)</module>");
  private static final Pattern ARTIFACT =
      Pattern.compile("<artifactId>(genimage-[\\w-]+)</artifactId>");
  private static final Pattern JAR = Pattern.compile("genimage-[a-z-]+-(\\d[\\w.-]*)\\.jar");
  private static final Pattern OUTPUT =
      Pattern.compile("(?:defaultValue = |new Options\\.Output\\()\"(genimage-[\\w-]+)[\"/]");

  @ParameterizedTest
  @ValueSource(strings = {"genimage-bom", "examples/src/it/consumer-of-the-bom"})
  void bomAndItsConsumer_nameEveryPublishedModule(String project) throws IOException {
    List<String> named = found(ARTIFACT, text(project + "/pom.xml"));

    assertThat(named.stream().filter(name -> !name.equals("genimage-bom")))
        .containsExactlyInAnyOrderElementsOf(published());
  }

  @Test
  void rehearsal_deploysEveryPublishedModule() throws IOException {
    String deployment = text("examples/src/it/setup-deployment/pom.xml");

    assertThat(published())
        .hasSizeGreaterThan(4)
        .allSatisfy(module -> assertThat(deployment).contains("/target/" + module + "-@project"));
  }

  @Test
  void jars_namedInTheGuides_haveTheProjectsVersion() throws IOException {
    assertThat(found(JAR, guides()))
        .isNotEmpty()
        .containsOnly(System.getProperty("genimage.version"));
  }

  @Test
  void workflow_runsTheReadmesTestCommand() throws IOException {
    String command = Files.readAllLines(PROJECT.resolve(".ci/run")).get(3);

    assertThat(command).startsWith("mvn ");
    assertThat(text(".github/workflows/build.yml"))
        .containsPattern("\n +" + Pattern.quote(command) + "( \\$\\{PROFILES:.*)?\n");
  }

  /**
   * The quickstart runs in Maven's phase "compile", when no module has test classes for another.
   */
  @Test
  void quickstart_needsNoTestClassesOfOtherModules() throws IOException {
    String app = text("genimage-app/pom.xml");
    String quickstart =
        app.replaceAll("(?s).*(<profile>\\s*<id>quickstart</id>.*?</profile>).*", "$1");

    assertThat(app.substring(0, app.indexOf("<profiles>"))).doesNotContain("test-jar");
    assertThat(quickstart).contains("org.genimage.app.Main").doesNotContain("test-jar");
  }

  @Test
  void outputFolders_ofPrograms_areIgnoredByGit() throws IOException {
    List<String> ignored = text(".gitignore").lines().toList();
    List<String> folders = found(OUTPUT, sources());

    assertThat(folders).hasSizeGreaterThan(4);
    assertThat(folders).allSatisfy(folder -> assertThat(ignored).contains("/" + folder + "/"));
  }

  /** The modules that are deployed, but for the BOM. */
  private static List<String> published() throws IOException {
    List<String> published = new ArrayList<>();
    for (String module : found(MODULE, text("pom.xml"))) {
      if (!module.equals("genimage-bom")
          && !text(module + "/pom.xml").contains("<maven.deploy.skip>true<")) {
        published.add(module);
      }
    }
    return published;
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(result -> result.group(1)).toList();
  }

  private static String guides() throws IOException {
    return text("README.md") + texts(PROJECT.resolve("docs"), ".md");
  }

  private static String sources() throws IOException {
    return texts(PROJECT.resolve("genimage-app/src/main"), ".java");
  }

  private static String texts(Path folder, String suffix) throws IOException {
    StringBuilder texts = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(file -> file.toString().endsWith(suffix)).toList()) {
        texts.append(Files.readString(file));
      }
    }
    return texts.toString();
  }

  private static String text(String file) throws IOException {
    return Files.readString(PROJECT.resolve(file));
  }
}

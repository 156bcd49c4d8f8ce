package org.genimage.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.models.pretrained.LocalServer.file;
import static org.genimage.models.pretrained.LocalServer.redirect;
import static org.genimage.models.pretrained.LocalServer.status;
import static org.genimage.models.pretrained.Publications.COMMIT;
import static org.genimage.models.pretrained.Publications.HUB;
import static org.genimage.models.pretrained.Publications.content;
import static org.genimage.models.pretrained.Publications.known;
import static org.genimage.models.pretrained.Publications.model;
import static org.genimage.models.pretrained.Publications.path;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.genimage.models.pretrained.LocalServer.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Environment variables and options: folder, mirror, token, proxy, offline. */
@Timeout(60)
class AccessTest {

  private static final byte[] CONTENT = content(1000);
  private static final PublishedModel MODEL = model(COMMIT, 1000, known(CONTENT));
  private static final DownloadOptions NOTHING = DownloadOptions.DEFAULT.environment(Map.of());

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

  private static Access access(Map<String, String> environment) {
    return Publications.access(NOTHING.environment(environment));
  }

  private static Path obtain(Access access) {
    return new Cache(access).obtain(MODEL, MODEL.files().get(0)).path();
  }

  @Test
  void cache_isFoundInTheEnvironment() {
    Path home = Path.of(System.getProperty("user.home"));

    assertThat(access(Map.of()).cache()).isEqualTo(home.resolve(".cache").resolve("genimage"));
    assertThat(access(Map.of("XDG_CACHE_HOME", "/x")).cache())
        .isEqualTo(Path.of("/x/genimage").toAbsolutePath());
    assertThat(access(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "~/h")).cache())
        .isEqualTo(home.resolve("h").resolve("assets").resolve("genimage"));
    assertThat(access(Map.of("HF_HOME", "/h", "GENIMAGE_CACHE", "/g")).cache())
        .isEqualTo(Path.of("/g").toAbsolutePath());
    assertThat(access(Map.of("GENIMAGE_CACHE", " ")).cache()).isEqualTo(access(Map.of()).cache());
    assertThat(
            Publications.access(NOTHING.environment(Map.of("GENIMAGE_CACHE", "/g")).cache(folder))
                .cache())
        .isEqualTo(folder);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "ON, true", "yes, true", "True, true", "0, false", "'', false"})
  void offline_isFoundInTheEnvironment(String value, boolean offline) {
    Access access = access(Map.of("HF_HUB_OFFLINE", value));

    assertThat(access.offline().isPresent()).isEqualTo(offline);
    assertThat(Publications.access(access.options().offline(false)).offline()).isEmpty();
    assertThat(Publications.access(access.options().offline(true)).offline()).isPresent();
  }

  @Test
  void offline_ofTheEnvironment_isNamed() {
    DownloadOptions options =
        NOTHING.environment(Map.of("HF_HUB_OFFLINE", "1")).cache(folder.resolve("none"));

    assertThatThrownBy(() -> obtain(Publications.access(options)))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining(
            "weights.bin (1000 bytes), found no file there, and no network, because HF_HUB_OFFLINE"
                + " is 1; allow the network, or");
  }

  @Test
  void mirror_isFoundInTheEnvironment_withItsPath() {
    server.on("/hub" + path(COMMIT), file(CONTENT));
    DownloadOptions options =
        NOTHING.environment(Map.of("HF_ENDPOINT", server.address() + "/hub/")).cache(folder);

    assertThat(obtain(Publications.access(options))).hasBinaryContent(CONTENT);
  }

  @Test
  void mirror_ofTheOptions_winsOverTheEnvironment() {
    Access access = access(Map.of("HF_ENDPOINT", "https://one.invalid"));
    URI two = URI.create("https://two.invalid");

    assertThat(access.server(HUB)).isEqualTo(URI.create("https://one.invalid"));
    assertThat(Publications.access(access.options().mirror("hub.invalid", two)).server(HUB))
        .isEqualTo(two);
    assertThat(access(Map.of()).server(HUB)).isEqualTo(HUB.address());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hub.example.com",
        "ftp://hub.example.com",
        "https://user:secret@hub.example.com",
        "https://hub.example.com?secret=1",
        "https:",
        "no address"
      })
  void mirror_thatIsNoServersAddress_isRefused(String text) {
    assertThatThrownBy(() -> access(Map.of("HF_ENDPOINT", text)).server(HUB))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("HF_ENDPOINT must be an http or https address")
        .message()
        .doesNotContain("secret");
  }

  @Test
  void options_checkTheirValues() {
    assertThatThrownBy(() -> NOTHING.timeout(Duration.ZERO))
        .hasMessage("timeout must be positive, got PT0S");
    assertThatThrownBy(() -> NOTHING.mirror("hub.invalid", URI.create("mirror")))
        .hasMessageStartingWith("mirror of hub.invalid must be an http or https address");
  }

  @Test
  void options_asText_hideTokenAndEnvironment() {
    assertThat(NOTHING.environment(Map.of("HF_TOKEN", "secret")).token("secret").cache(folder))
        .hasToString(
            "downloads to %s, mirrors {}, online unless forbidden, timeout PT30S"
                .formatted(folder));
  }

  @Test
  void token_isSentToTheHub_andNoFurther() {
    server.on(path(COMMIT), redirect(302, "/here"));
    server.on("/here", redirect(302, server.address("localhost") + "/there"));
    server.on("/there", file(CONTENT));
    DownloadOptions options =
        NOTHING
            .environment(Map.of("HF_ENDPOINT", server.address().toString(), "HF_TOKEN", "secret"))
            .cache(folder);

    assertThat(obtain(Publications.access(options))).hasBinaryContent(CONTENT);

    assertThat(server.requests())
        .extracting(request -> request.header("Authorization"))
        .containsExactly(
            Optional.of("Bearer secret"), Optional.of("Bearer secret"), Optional.empty());
  }

  @Test
  void token_ofTheOptions_winsOverTheEnvironment() {
    Access access = access(Map.of("HF_TOKEN", "one"));

    assertThat(access.token(HUB)).contains("one");
    assertThat(Publications.access(access.options().token("two")).token(HUB)).contains("two");
  }

  @Test
  void token_isForTheHubAlone() {
    Host other = new Host(URI.create("https://other.invalid"), "{file}", "OTHER", Optional.empty());

    assertThat(access(Map.of("HF_TOKEN", "one")).token(other)).isEmpty();
  }

  @Test
  void token_thatIsRefused_isNamed_butNotShown() {
    server.on(path(COMMIT), status(401));
    DownloadOptions options =
        NOTHING.mirror("hub.invalid", server.address()).cache(folder).token("secret");

    assertThatThrownBy(() -> obtain(Publications.access(options)))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("(not authorised); check that the token (HF_TOKEN) is valid and may")
        .message()
        .doesNotContain("secret");
  }

  @Test
  void token_withALineBreak_isRefused_butNotShown() {
    DownloadOptions options =
        NOTHING.mirror("hub.invalid", server.address()).cache(folder).token("sec\nret");

    assertThatThrownBy(() -> obtain(Publications.access(options)))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("found an address or a token that HTTP does not allow")
        .message()
        .doesNotContain("sec\nret");
  }

  /** The server here stands for the proxy, which alone knows the way to the hub. */
  @Test
  void proxy_isAskedInsteadOfTheHub_andSeesNoTokenInTheClear() {
    server.on(path(COMMIT), status(403), file(CONTENT));
    DownloadOptions options =
        NOTHING
            .environment(
                Map.of(
                    "http_proxy", server.address().toString(),
                    "HF_ENDPOINT", "http://hub.invalid",
                    "HF_TOKEN", "secret"))
            .cache(folder);

    assertThatThrownBy(() -> obtain(Publications.access(options)))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("(forbidden); the token (HF_TOKEN) was not sent, since it goes to");
    assertThat(obtain(Publications.access(options))).hasBinaryContent(CONTENT);

    assertThat(server.requests())
        .extracting(Request::address)
        .containsOnly("http://hub.invalid" + path(COMMIT));
    assertThat(server.requests())
        .extracting(request -> request.header("Authorization"))
        .containsOnly(Optional.empty());
  }

  @Test
  void proxy_thatAsksForAUser_getsThatOfTheVariable() {
    server.on(
        path(COMMIT), status(407, "Proxy-Authenticate", "Basic realm=\"test\""), file(CONTENT));
    DownloadOptions options =
        NOTHING
            .environment(
                Map.of(
                    "HTTP_PROXY",
                    "http://me:a%40b@127.0.0.1:" + server.address().getPort(),
                    "HF_ENDPOINT",
                    "http://hub.invalid"))
            .cache(folder);

    assertThat(obtain(Publications.access(options))).hasBinaryContent(CONTENT);

    // me:a@b
    assertThat(server.requests().get(1).header("Proxy-Authorization")).contains("Basic bWU6YUBi");
  }

  @Test
  void noProxy_namesHostsThatAreAskedDirectly() {
    server.on(path(COMMIT), file(CONTENT));
    DownloadOptions options =
        NOTHING
            .environment(
                Map.of(
                    "ALL_PROXY", "http://proxy.invalid:3128",
                    "NO_PROXY", "example.com, 127.0.0.1",
                    "HF_ENDPOINT", server.address().toString()))
            .cache(folder);

    assertThat(obtain(Publications.access(options))).hasBinaryContent(CONTENT);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          hub.example.com, https://hub.example.com/a, true
          example.com, https://hub.example.com/a, true
          .example.com, https://hub.example.com/a, true
          *.example.com, https://HUB.example.com/a, true
          *, https://hub.example.com/a, true
          'a.com,example.com', https://hub.example.com/a, true
          example.com:443, https://hub.example.com/a, true
          example.com:80, https://hub.example.com/a, false
          ample.com, https://hub.example.com/a, false
          hub.example.com.evil.com, https://hub.example.com/a, false
          '', https://hub.example.com/a, false
          """)
  void noProxy_matches(String entries, URI address, boolean direct) {
    Proxies proxies =
        Proxies.of(Map.of("https_proxy", "proxy.example.org:8080", "no_proxy", entries));

    assertThat(proxies.select(address))
        .containsExactly(
            direct
                ? Proxy.NO_PROXY
                : new Proxy(Proxy.Type.HTTP, new InetSocketAddress("proxy.example.org", 8080)));
  }

  @Test
  void proxy_ofTheOtherScheme_isNotAsked() {
    Proxies proxies = Proxies.of(Map.of("HTTP_PROXY", "http://proxy.invalid:1"));

    assertThat(proxies.select(URI.create("https://hub.example.com")))
        .containsExactly(Proxy.NO_PROXY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5://proxy:1080", "https://me:secret@proxy", "http://me:se cret@p"})
  void proxy_thatIsNoHttpProxy_isRefused(String proxy) {
    assertThatThrownBy(() -> Proxies.of(Map.of("https_proxy", proxy)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be an HTTP proxy, as in http://proxy.example.com:3128, got")
        .message()
        .doesNotContain("secret")
        .doesNotContain("se cret");
  }
}

package org.genimage.app.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A headless Chromium of this machine, told what to do over its DevTools protocol. */
final class Browser implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private final Process process;
  private final WebSocket socket;
  private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
  private final AtomicInteger last = new AtomicInteger();
  private final StringBuilder problems = new StringBuilder();

  /** Returns where a browser is installed, if one is. */
  static Optional<Path> installed() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts a browser with a profile of its own in an empty folder. */
  Browser(Path program, Path folder) throws Exception {
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox", // tests may run as root
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-extensions",
                "--disable-background-networking",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    Path port = folder.resolve("DevToolsActivePort");
    for (int tries = 0; !isWritten(port); tries++) {
      if (tries > 300 || !process.isAlive()) {
        throw new IOException("no browser: " + Files.readString(folder.resolve("log")));
      }
      Thread.sleep(100);
    }
    HttpClient client = HttpClient.newHttpClient();
    JsonNode pages =
        JSON.readTree(
            URI.create("http://127.0.0.1:" + Files.readAllLines(port).get(0) + "/json/list")
                .toURL());
    socket =
        client
            .newWebSocketBuilder()
            .buildAsync(
                URI.create(pages.get(0).get("webSocketDebuggerUrl").textValue()), new Incoming())
            .get(20, TimeUnit.SECONDS);
    call("Page.enable");
    call("Runtime.enable");
    call("Log.enable");
    call("Network.enable");
  }

  private static boolean isWritten(Path port) throws IOException {
    return Files.exists(port) && Files.readAllLines(port).size() >= 2;
  }

  private final class Incoming implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
      text.append(part);
      if (isLast) {
        try {
          receive(JSON.readTree(text.toString()));
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
        text.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedStage(null);
    }
  }

  private void receive(JsonNode message) {
    if (message.has("id")) {
      calls.remove(message.get("id").intValue()).complete(message);
      return;
    }
    String method = message.get("method").textValue();
    if (method.equals("Runtime.exceptionThrown") || method.equals("Log.entryAdded")) {
      synchronized (problems) {
        problems.append(message.get("params")).append('\n');
      }
    }
    if (method.equals("Network.requestWillBeSent")) {
      String url = message.at("/params/request/url").textValue();
      if (!url.startsWith("http://127.0.0.1") && !url.matches("(blob|data):.*")) {
        synchronized (problems) {
          problems.append("request to ").append(url).append('\n');
        }
      }
    }
  }

  /** Returns errors, refusals of the content security policy, and requests to other places. */
  String problems() {
    synchronized (problems) {
      return problems.toString();
    }
  }

  /** Calls a method of the protocol with names and values in turn; a value may be JSON. */
  JsonNode call(String method, Object... parameters) throws Exception {
    ObjectNode params = JSON.createObjectNode();
    for (int i = 0; i < parameters.length; i += 2) {
      params.set((String) parameters[i], JSON.valueToTree(parameters[i + 1]));
    }
    int id = last.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    calls.put(id, answer);
    ObjectNode call = JSON.createObjectNode().put("id", id).put("method", method);
    call.set("params", params);
    socket.sendText(call.toString(), true).get(20, TimeUnit.SECONDS);
    JsonNode received = answer.get(30, TimeUnit.SECONDS);
    if (received.has("error")) {
      throw new IOException(method + ": " + received.get("error"));
    }
    return received.get("result");
  }

  /** Opens an address and waits until it is loaded. */
  void open(URI address) throws Exception {
    call("Page.navigate", "url", address.toString());
    waitFor("document.readyState === 'complete' && location.href !== 'about:blank'");
  }

  /** Returns the value of an expression, as text. */
  String value(String expression) throws Exception {
    JsonNode result =
        call(
            "Runtime.evaluate",
            "expression",
            expression,
            "returnByValue",
            true,
            "awaitPromise",
            true);
    if (result.has("exceptionDetails")) {
      throw new IOException(result.get("exceptionDetails").toString());
    }
    return result.at("/result/value").asText();
  }

  /** Waits until an expression is true. */
  void waitFor(String expression) throws Exception {
    for (int tries = 0; !value("Boolean(" + expression + ")").equals("true"); tries++) {
      if (tries > 200) {
        throw new IOException("never true: " + expression + "\n" + problems());
      }
      Thread.sleep(50);
    }
  }

  /** Chooses files in an input. */
  void choose(String selector, Path... files) throws Exception {
    int root = call("DOM.getDocument").at("/root/nodeId").intValue();
    int node =
        call("DOM.querySelector", "nodeId", root, "selector", selector).get("nodeId").intValue();
    call(
        "DOM.setFileInputFiles",
        "nodeId",
        node,
        "files",
        Arrays.stream(files).map(file -> file.toAbsolutePath().toString()).toList());
  }

  /** Presses a key, such as {@code Tab} or {@code Enter}. */
  void press(String key) throws Exception {
    int code = key.equals("Tab") ? 9 : 13;
    String text = key.equals("Enter") ? "\r" : "";
    call(
        "Input.dispatchKeyEvent",
        "type",
        text.isEmpty() ? "rawKeyDown" : "keyDown",
        "key",
        key,
        "code",
        key,
        "text",
        text,
        "windowsVirtualKeyCode",
        code);
    call(
        "Input.dispatchKeyEvent",
        "type",
        "keyUp",
        "key",
        key,
        "code",
        key,
        "windowsVirtualKeyCode",
        code);
  }

  /** Shows the page as a screen of this size does. */
  void screen(int width, int height, double scale, boolean isMobile, String colours)
      throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        scale,
        "mobile",
        isMobile);
    call(
        "Emulation.setEmulatedMedia",
        "features",
        List.of(Map.of("name", "prefers-color-scheme", "value", colours)));
  }

  /** Writes a picture of the whole page, or of what the screen shows of it. */
  void picture(Path file, boolean isWhole) throws Exception {
    JsonNode png =
        call("Page.captureScreenshot", "format", "png", "captureBeyondViewport", isWhole);
    Files.write(file, Base64.getDecoder().decode(png.get("data").textValue()));
  }

  /** Writes the page as it is printed. */
  void print(Path file) throws Exception {
    JsonNode pdf = call("Page.printToPDF", "printBackground", false);
    Files.write(file, Base64.getDecoder().decode(pdf.get("data").textValue()));
  }

  @Override
  public void close() {
    socket.abort();
    // Its own processes write into its folder for a moment longer than it lives.
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    process.destroy();
    for (ProcessHandle one : all) {
      one.onExit().completeOnTimeout(one, 10, TimeUnit.SECONDS).join();
      one.destroyForcibly();
    }
  }
}

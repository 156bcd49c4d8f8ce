package org.genimage.data.claims;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a text with generation parameters says: the tool that writes such texts, and the model. A
 * text that only mentions a tool is none.
 *
 * @param tool the tool
 * @param model the model, if named
 * @param sure whether the text names its tool; many tools write the format of Stable Diffusion web
 *     UI
 */
record Parameters(String tool, Optional<String> model, boolean sure) {

  static final String WEB_UI = "Stable Diffusion web UI";
  static final String FORGE = "Stable Diffusion web UI (Forge)";
  static final String SD_NEXT = "SD.Next";
  static final String COMFY_UI = "ComfyUI";
  static final String CIVITAI = "Civitai";
  static final String SWARM_UI = "SwarmUI";
  static final String FOOOCUS = "Fooocus";
  static final String RUINED_FOOOCUS = "RuinedFooocus";
  static final String EASY_DIFFUSION = "Easy Diffusion";
  static final String NOVEL_AI = "NovelAI";
  static final String INVOKE_AI = "InvokeAI";
  static final String TENSOR_ART = "TensorArt";
  static final String STABILITY_MATRIX = "Stability Matrix";
  static final String DRAW_THINGS = "Draw Things";
  static final String HUGGING_FACE = "Hugging Face Space";
  static final String AIGC = "AIGC label (GB 45438)";

  private static final Pattern STEPS = Pattern.compile("(?:^|\\n)[ \\t]*Steps: \\d");
  private static final Pattern VERSION = Pattern.compile("(?:^|[,\\n]) *Version: ?([^\\s,]+)");
  private static final Pattern MODEL = Pattern.compile("(?:^|[,\\n]) *Model: ?([^,\\n]+)");
  private static final Pattern CHECKPOINT =
      Pattern.compile("\"(?:ckpt_name|unet_name)\\\\?\": ?\\\\?\"([^\"\\\\]{1,200})");

  private static Parameters of(String tool, Optional<String> model) {
    return new Parameters(tool, model, true);
  }

  /** Recognises a text; empty if it has no parameters of a known tool. */
  static Optional<Parameters> of(String text) {
    return text.startsWith("{") ? ofJson(text) : ofText(text);
  }

  /** Recognises the format of Stable Diffusion web UI: a prompt, then a line of settings. */
  private static Optional<Parameters> ofText(String text) {
    Matcher steps = STEPS.matcher(text);
    int at = -1;
    while (steps.find()) {
      at = steps.start();
    }
    String settings = at < 0 ? "" : text.substring(at);
    if (!settings.contains("Sampler: ") && !settings.contains("Seed: ")) {
      return Optional.empty();
    }
    Matcher model = MODEL.matcher(settings);
    Optional<String> named = model.find() ? Optional.of(model.group(1)) : Optional.empty();
    Matcher version = VERSION.matcher(settings);
    String number = version.find() ? version.group(1) : "";
    if (settings.contains("App: SD.Next")) {
      return Optional.of(of(SD_NEXT, named));
    } else if (number.startsWith("Fooocus")) {
      return Optional.of(of(FOOOCUS, named));
    } else if (number.equals("ComfyUI")) {
      return Optional.of(of(COMFY_UI, named));
    } else if (number.matches("f\\d.*|neo.*|classic.*")) {
      return Optional.of(of(FORGE, named));
    } else if (number.matches("v\\d.*")) {
      return Optional.of(of(WEB_UI, named));
    } else if (settings.contains("Civitai resources: ")
        || settings.contains("Civitai metadata: ")) {
      return Optional.of(of(CIVITAI, named));
    }
    return Optional.of(new Parameters(WEB_UI, named, false));
  }

  private static Optional<Parameters> ofJson(String text) {
    if (text.contains("sui_image_params")) {
      return Optional.of(of(SWARM_UI, checkpoint(text)));
    }
    JsonNode json = BoundedTree.json(text).orElse(MissingNode.getInstance());
    Optional<String> model =
        Stream.of("Model", "model", "base_model", "base_model_name", "use_stable_diffusion_model")
            .flatMap(key -> BoundedTree.text(json, key).stream())
            .findFirst();
    if (json.path("software").asText().equals(RUINED_FOOOCUS)) {
      return Optional.of(of(RUINED_FOOOCUS, model));
    } else if (json.has("use_stable_diffusion_model")) {
      return Optional.of(of(EASY_DIFFUSION, model));
    } else if (json.has("invokeai_metadata") || isInvokeAi(json)) {
      return Optional.of(of(INVOKE_AI, model));
    } else if (json.has("generation_data")) {
      return Optional.of(of(TENSOR_ART, model));
    } else if (json.has("smproj")) {
      return Optional.of(of(STABILITY_MATRIX, model));
    } else if (json.path("Software").asText().startsWith(NOVEL_AI)) {
      return Optional.of(of(NOVEL_AI, BoundedTree.text(json, "Source")));
    } else if (json.has("prompt") && (json.has("noise_schedule") || json.has("uncond_scale"))) {
      return Optional.of(of(NOVEL_AI, Optional.empty()));
    } else if (json.has("Model") && json.has("resolution")) {
      return Optional.of(of(HUGGING_FACE, model));
    } else if (json.has("prompt") && (json.has("base_model") || json.has("metadata_scheme"))) {
      return Optional.of(of(FOOOCUS, model));
    } else if (json.has("c") && json.has("uc") && json.has("sampler")) {
      return Optional.of(of(DRAW_THINGS, model));
    }
    return graph(text);
  }

  private static boolean isInvokeAi(JsonNode json) {
    return json.path("app_id").asText().contains("invoke-ai");
  }

  /** Recognises a graph of ComfyUI: the nodes as they ran, or as the editor shows them. */
  static Optional<Parameters> graph(String text) {
    boolean isGraph = text.contains("class_type\"") || text.contains("class_type\\\"");
    boolean isWorkflow = text.contains("\"nodes\"") && text.contains("\"links\"");
    if (!text.startsWith("{") || !(isGraph || isWorkflow)) {
      return Optional.empty();
    }
    boolean isCivitai = text.contains("\"extraMetadata\"") || text.contains("urn:air:");
    return Optional.of(of(isCivitai ? CIVITAI : COMFY_UI, checkpoint(text)));
  }

  private static Optional<String> checkpoint(String text) {
    Matcher checkpoint = CHECKPOINT.matcher(text);
    return checkpoint.find() ? Optional.of(checkpoint.group(1)) : Optional.empty();
  }
}

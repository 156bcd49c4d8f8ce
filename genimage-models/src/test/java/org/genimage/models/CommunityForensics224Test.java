package org.genimage.models;

import com.fasterxml.jackson.databind.JsonNode;
import org.genimage.data.reference.ReferenceData;

class CommunityForensics224Test implements PublishedNetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.communityForensics224();
  }

  @Override
  public String folder() {
    return "commfor_224";
  }

  @Override
  public String place(String feature) {
    return "vit." + feature;
  }

  /** The laws of the first weights are those of the larger input, whose fixtures have them. */
  @Override
  public JsonNode json(String name) {
    String from = name.equals("init") ? "commfor" : folder();
    return ReferenceData.json("models/" + from + "/" + name + ".json");
  }
}

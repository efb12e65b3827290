"""An autoencoder whose code is kept small, less and less so: the weight of a loss is a schedule."""

import keras
import numpy as np

from symsched.integrations.keras import KerasAttributes, KerasSchedule


class Small(keras.layers.Layer):
    """Passes a code on, and adds its size to the loss."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = keras.Variable(1.0, trainable=False)

    def call(self, code: keras.KerasTensor) -> keras.KerasTensor:
        self.add_loss(self.weight * keras.ops.mean(code**2))
        return code


x = np.random.default_rng(0).normal(size=(512, 8)).astype("float32")
small = Small()
model = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(4), small, keras.layers.Dense(8)])
model.compile(optimizer=keras.optimizers.Adam(KerasSchedule("cosine(1e-2, 160)")), loss="mse")
weight = KerasAttributes(small, {"weight": "hold(32, 1) >> decay(exponential, 64, 1e-3)"})
logs = model.fit(x, x, batch_size=32, epochs=8, verbose=0, callbacks=[weight]).history
print(*(f"weight {w:.3f} loss {loss:.3f}" for w, loss in zip(logs["weight"], logs["loss"], strict=True)), sep="\n")

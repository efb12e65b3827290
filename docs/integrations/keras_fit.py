"""A model of Keras, whose decay follows its learning rate, saved after 5 epochs and resumed."""

import keras
import numpy as np

from symsched.integrations.keras import KerasHyperparameters, KerasSchedule

rate = KerasSchedule("warmup(linear, 10%) >> cosine(1e-2, rest)", total=160)
others = KerasHyperparameters({"weight_decay": "0.5*rate", "beta_1": "linear(0.85, 160, 0.95)"}, rate=rate.schedule)

x = np.random.default_rng(0).normal(size=(512, 4)).astype("float32")
y = np.sin(x.sum(1, keepdims=True))

model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(32, "tanh"), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.AdamW(rate), loss="mse")
model.fit(x, y, batch_size=32, epochs=5, verbose=0, callbacks=[others])  # 16 batches an epoch
model.save("half.keras")

model = keras.saving.load_model("half.keras")
print(f"step {int(model.optimizer.iterations)}, rate {float(model.optimizer.learning_rate):.4f}")
logs = model.fit(x, y, batch_size=32, epochs=5, verbose=0, callbacks=[others]).history
print(f"loss {logs['loss'][-1]:.2f}, decay", *(f"{decay:.4f}" for decay in logs["weight_decay"]))

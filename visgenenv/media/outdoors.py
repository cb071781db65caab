"""Backdrops under the open sky. A painter takes a canvas and fills it; the scene's light is added afterwards."""

from __future__ import annotations

from visgenenv.media.canvas import Canvas, Colour


def forest(c: Canvas) -> None:
    c.gradient([(0, (166, 214, 226)), (0.55, (214, 236, 206)), (1, (150, 196, 130))])
    c.glow(0.62, 0.22, 0.7, (255, 252, 214), 0.9)
    for layer, (tone, n, y) in enumerate(((168, 13, 0.6), (122, 10, 0.66), (84, 8, 0.72))):
        u = c.draws(f"trees {layer}", 3 * n)
        for i in range(n):
            x, size = (i + u[3 * i]) / n, 0.34 + 0.16 * u[3 * i + 1] + 0.05 * layer
            _tree(c, x, y, size, (int(tone * 0.55), tone, int(tone * 0.6)), conifer=u[3 * i + 2] < 0.55)
    c.hills(0.72, 0.02, 1.2, (104, 164, 84), "near")
    c.gradient([(0, (112, 172, 88)), (1, (64, 122, 62))], 0.78, 1.0)
    _grass(c, 0.76, 1.0, (72, 140, 66), 90)
    _flowers(c, 0.82, 22)


def _tree(c: Canvas, x: float, y: float, size: float, colour: Colour, conifer: bool) -> None:
    dark = (int(colour[0] * 0.8), int(colour[1] * 0.84), int(colour[2] * 0.8))
    wide = size / c.aspect
    c.box(x - 0.02 * wide, y - 0.3 * size, x + 0.02 * wide, y + 0.06, (98, 74, 56))
    if conifer:
        for k in range(3):
            top, half = y - size * (1.05 - 0.22 * k), wide * (0.16 + 0.06 * k)
            c.shape([(x - half, top + 0.36 * size), (x, top), (x + half, top + 0.36 * size)], colour if k % 2 else dark)
    else:
        for dx, dy, r, tone in (
            (-0.13, 0.5, 0.2, dark),
            (0.13, 0.5, 0.2, dark),
            (0, 0.68, 0.23, colour),
            (0, 0.48, 0.2, colour),
        ):
            c.disc(x + dx * wide, y - dy * size, r * size, tone)


def _grass(c: Canvas, top: float, bottom: float, colour: Colour, n: int) -> None:
    u = c.draws("grass", 3 * n)
    for i in range(n):
        x, y = u[3 * i], top + (bottom - top) * u[3 * i + 1]
        size = 0.012 + 0.03 * (y - top)
        side = 0.4 * size / c.aspect
        blades = [(x - side, y - size), (x, y), (x, y - size), (x, y), (x + side, y - size)]
        c.stroke(blades, (*colour[:3], 190), 0.003)


def _flowers(c: Canvas, top: float, n: int) -> None:
    u = c.draws("flowers", 3 * n)
    tones = ((250, 236, 120), (244, 150, 180), (255, 255, 255), (176, 150, 236))
    for i in range(n):
        x, y = u[3 * i], top + (0.99 - top) * u[3 * i + 1]
        c.disc(x, y, 0.005 + 0.006 * (y - top) / (1 - top), tones[int(u[3 * i + 2] * 4)])


def _clouds(c: Canvas, low: float, n: int, colour: Colour = (255, 255, 255, 215)) -> None:
    u = c.draws("clouds", 3 * n)
    for i in range(n):
        x, y, s = (i + u[3 * i]) / n, 0.06 + (low - 0.06) * u[3 * i + 1], 0.03 + 0.03 * u[3 * i + 2]
        for dx, dy, r in ((-1.3, 0.2, 0.75), (0, 0, 1.1), (1.2, 0.15, 0.85), (2.1, 0.35, 0.5), (-2.1, 0.4, 0.5)):
            c.disc(x + dx * s / c.aspect, y + dy * s, r * s, colour, 0.72)


def meadow(c: Canvas) -> None:
    c.gradient([(0, (104, 178, 240)), (0.6, (206, 234, 250)), (1, (230, 244, 240))])
    _clouds(c, 0.3, 4)
    c.hills(0.58, 0.05, 0.8, (150, 200, 140), "far")
    c.hills(0.66, 0.05, 1.1, (126, 190, 96), "mid")
    c.hills(0.74, 0.03, 0.7, (104, 178, 76), "near")
    c.gradient([(0, (104, 178, 76)), (1, (66, 140, 56))], 0.8, 1.0)
    _grass(c, 0.74, 1.0, (72, 150, 60), 110)
    _flowers(c, 0.76, 40)


def garden(c: Canvas) -> None:
    c.gradient([(0, (140, 204, 244)), (0.6, (224, 242, 250)), (1, (224, 242, 230))])
    _clouds(c, 0.22, 3)
    u = c.draws("bushes", 36)
    for row, (y, tone) in enumerate(((0.62, 150), (0.68, 124))):
        for i in range(9):
            c.disc(
                (i + 0.6 * u[row * 18 + i]) / 8.4,
                y,
                0.1 + 0.05 * u[row * 18 + 9 + i],
                (int(tone * 0.5), tone, int(tone * 0.52)),
            )
    for i in range(int(12 * c.aspect)):
        x = (i + 0.5) / int(12 * c.aspect)
        c.box(x - 0.018 / c.aspect, 0.6, x + 0.018 / c.aspect, 0.76, (250, 246, 238), 0.012)
    c.box(0, 0.645, 1, 0.662, (250, 246, 238))
    c.gradient([(0, (134, 194, 96)), (1, (82, 154, 70))], 0.74, 1.0)
    c.shape([(0.42, 0.74), (0.56, 0.74), (0.8, 1), (0.2, 1)], (232, 212, 176))
    _flowers(c, 0.75, 70)


def mountain(c: Canvas) -> None:
    c.gradient([(0, (92, 150, 214)), (0.55, (196, 222, 242)), (1, (226, 236, 240))])
    _clouds(c, 0.2, 3)
    c.peaks(0.72, 0.44, 4, (140, 158, 186), (246, 250, 255), "far")
    c.peaks(0.76, 0.28, 5, (106, 126, 140), None, "near")
    c.hills(0.76, 0.03, 1.3, (96, 146, 96), "foot")
    c.gradient([(0, (98, 150, 92)), (1, (66, 112, 66))], 0.82, 1.0)
    _grass(c, 0.78, 1.0, (70, 124, 66), 70)


def beach(c: Canvas) -> None:
    c.gradient([(0, (70, 164, 236)), (0.5, (190, 230, 250)), (1, (226, 244, 250))], 0, 0.5)
    c.glow(0.78, 0.16, 0.4, (255, 250, 210), 1.0)
    _clouds(c, 0.26, 4)
    c.gradient([(0, (34, 128, 190)), (0.6, (62, 184, 206)), (1, (152, 226, 222))], 0.48, 0.7)
    _waves(c, 0.5, 0.66, 26)
    c.hills(0.695, 0.012, 1.4, (255, 255, 255), "foam")
    c.hills(0.71, 0.012, 1.4, (240, 214, 160), "foam")
    c.gradient([(0, (242, 218, 166)), (1, (222, 184, 122))], 0.74, 1.0)
    u = c.draws("pebbles", 90)
    for i in range(30):
        c.disc(u[3 * i], 0.76 + 0.22 * u[3 * i + 1], 0.003 + 0.004 * u[3 * i + 2], (200, 160, 104, 150), 0.6)
    c.disc(0.12, 0.9, 0.024, (246, 140, 120), 0.8)


def _waves(c: Canvas, top: float, bottom: float, n: int) -> None:
    u = c.draws("waves", 2 * n)
    for i in range(n):
        x, y = u[2 * i], top + (bottom - top) * u[2 * i + 1]
        c.stroke([(x, y), (x + 0.05 * (0.4 + y), y)], (255, 255, 255, 110), 0.003 + 0.004 * (y - top))


def ocean(c: Canvas) -> None:
    c.gradient([(0, (84, 168, 236)), (1, (214, 238, 250))], 0, 0.48)
    c.glow(0.3, 0.2, 0.42, (255, 250, 216), 0.9)
    _clouds(c, 0.26, 5)
    c.gradient([(0, (46, 132, 196)), (1, (14, 76, 146))], 0.46, 1.0)
    for k in range(6):
        y = 0.5 + 0.09 * k
        tone = (40 - 4 * k, 138 - 11 * k, 200 - 9 * k)
        c.hills(
            y,
            0.008 + 0.004 * k,
            5 - 0.5 * k,
            (min(255, tone[0] + 50), min(255, tone[1] + 40), min(255, tone[2] + 26)),
            f"crest {k}",
        )
        c.hills(y + 0.007 + 0.002 * k, 0.008 + 0.004 * k, 5 - 0.5 * k, tone, f"crest {k}")
    _waves(c, 0.5, 0.98, 34)


def underwater(c: Canvas) -> None:
    c.roughly()
    c.gradient([(0, (96, 212, 232)), (0.45, (30, 142, 196)), (1, (10, 62, 122))])
    for x in (0.16, 0.4, 0.62, 0.86):
        c.shape([(x, -0.02), (x + 0.06, -0.02), (x - 0.06, 0.86), (x - 0.2, 0.86)], (220, 250, 255, 26))
    c.soften(0.02)
    c.hills(0.8, 0.03, 1.2, (54, 122, 148), "far")
    c.hills(0.88, 0.02, 0.8, (214, 190, 140), "sand")
    u = c.draws("corals", 60)
    tones = ((240, 110, 120), (250, 160, 90), (190, 110, 210), (250, 200, 110))
    for i in range(10):
        x, y = u[i], 0.86 + 0.1 * u[10 + i]
        for k in range(5):
            reach = 0.07 + 0.06 * u[20 + i]
            c.stroke(
                [(x, y), (x + (k - 2) * 0.016 / c.aspect * 1.6, y - reach * (1 - 0.12 * abs(k - 2)))],
                tones[i % 4],
                0.011,
            )
    for i in range(18):
        c.disc(u[30 + i], 0.1 + 0.7 * u[(40 + i) % 60], 0.004 + 0.01 * u[(50 + i) % 60], (230, 250, 255, 90))


def desert(c: Canvas) -> None:
    c.gradient([(0, (86, 168, 226)), (0.6, (250, 226, 180)), (1, (252, 220, 160))])
    c.glow(0.72, 0.2, 0.5, (255, 246, 190), 1.0)
    c.disc(0.72, 0.2, 0.055, (255, 244, 200))
    for y, rise, tone, name in (
        (0.56, 0.05, (232, 186, 122), "a"),
        (0.66, 0.06, (224, 166, 96), "b"),
        (0.77, 0.05, (212, 148, 78), "c"),
    ):
        c.hills(y, rise, 0.8, (min(255, tone[0] + 16), tone[1] + 18, tone[2] + 18), name)
        c.hills(y + 0.014, rise, 0.8, tone, name)
    c.gradient([(0, (212, 148, 78)), (1, (186, 120, 58))], 0.86, 1.0)
    for x, y, s in ((0.08, 0.74, 0.16), (0.93, 0.7, 0.12)):
        c.box(x - 0.014 / c.aspect, y - s, x + 0.014 / c.aspect, y, (70, 136, 84), 0.014)
        c.stroke(
            [(x, y - 0.4 * s), (x + 0.05 / c.aspect, y - 0.4 * s), (x + 0.05 / c.aspect, y - 0.75 * s)],
            (70, 136, 84),
            0.018,
        )
        c.stroke(
            [(x, y - 0.3 * s), (x - 0.05 / c.aspect, y - 0.3 * s), (x - 0.05 / c.aspect, y - 0.6 * s)],
            (70, 136, 84),
            0.018,
        )


def snow(c: Canvas) -> None:
    c.gradient([(0, (136, 178, 224)), (0.6, (216, 230, 246)), (1, (236, 242, 250))])
    c.peaks(0.68, 0.36, 4, (160, 182, 212), (255, 255, 255), "far")
    u = c.draws("pines", 24)
    for i in range(12):
        x, y, s = (i + u[i]) / 12, 0.72 + 0.02 * u[12 + i], 0.17 + 0.1 * u[12 + i]
        _tree(c, x, y, s, (64, 118, 116), conifer=True)
        for k in range(3):
            top = y - s * (1.05 - 0.22 * k)
            c.shape(
                [(x - 0.06 * s / c.aspect, top + 0.13 * s), (x, top), (x + 0.06 * s / c.aspect, top + 0.13 * s)],
                (244, 250, 255, 230),
            )
    c.hills(0.73, 0.02, 0.9, (222, 232, 246), "mid")
    c.hills(0.79, 0.02, 0.6, (240, 246, 253), "near")
    c.gradient([(0, (240, 246, 253)), (1, (206, 220, 240))], 0.84, 1.0)


def space(c: Canvas) -> None:
    c.gradient([(0, (10, 10, 34)), (0.6, (32, 22, 70)), (1, (58, 34, 92))])
    u = c.draws("nebula", 24)
    for i in range(6):
        tone = ((120, 60, 190), (40, 90, 200), (200, 70, 140))[i % 3]
        c.glow(u[i], u[6 + i] * 0.8, 0.35 + 0.3 * u[12 + i], tone, 0.4)
    _stars(c, 1.0, 150)
    c.disc(0.83, 0.24, 0.13, (226, 160, 110))
    c.disc(0.815, 0.222, 0.1, (244, 190, 140, 120))
    c.stroke(
        [(0.83 - 0.24 / c.aspect, 0.29), (0.83, 0.262), (0.83 + 0.24 / c.aspect, 0.19)], (250, 224, 190, 200), 0.012
    )
    c.hills(0.84, 0.012, 0.6, (150, 148, 170), "moon")
    c.gradient([(0, (154, 152, 176)), (1, (96, 94, 124))], 0.87, 1.0)
    for i in range(7):
        c.disc(u[i], 0.9 + 0.09 * u[8 + i], 0.02 + 0.04 * u[16 + i], (110, 108, 138), 0.36)


def _stars(c: Canvas, low: float, n: int) -> None:
    u = c.draws("stars", 3 * n)
    for i in range(n):
        light = int(120 + 135 * u[3 * i + 2])
        c.disc(u[3 * i], low * u[3 * i + 1], 0.001 + 0.0026 * u[3 * i + 2] ** 4, (255, 255, 240, light))


def night_sky(c: Canvas) -> None:
    c.gradient([(0, (10, 16, 52)), (0.6, (36, 52, 112)), (1, (84, 92, 150))])
    for x, y in ((0.2, 0.3), (0.45, 0.22), (0.7, 0.34)):
        c.glow(x, y, 0.4, (120, 120, 210), 0.3)
    _stars(c, 0.8, 200)
    c.hills(0.8, 0.04, 0.9, (28, 36, 74), "far")
    c.hills(0.87, 0.03, 0.7, (18, 26, 54), "near")


def sky(c: Canvas) -> None:
    c.gradient([(0, (56, 134, 226)), (0.6, (146, 202, 246)), (1, (230, 244, 255))])
    c.glow(0.76, 0.2, 0.46, (255, 252, 224), 0.9)
    _clouds(c, 0.5, 6)
    for x, y, r in (
        (0.05, 0.98, 0.16),
        (0.2, 1.0, 0.2),
        (0.4, 1.02, 0.2),
        (0.58, 0.99, 0.18),
        (0.76, 1.02, 0.22),
        (0.95, 0.98, 0.18),
    ):
        c.disc(x, y, r, (244, 249, 255), 0.8)
        c.disc(x - 0.02, y - 0.03, r * 0.8, (255, 255, 255), 0.7)


def city(c: Canvas) -> None:
    c.gradient([(0, (110, 168, 228)), (0.7, (222, 232, 244)), (1, (238, 232, 226))])
    _clouds(c, 0.24, 4)
    for row, (tone, n, top) in enumerate(
        (((170, 188, 212), 14, 0.36), ((130, 150, 182), 11, 0.3), ((92, 110, 146), 8, 0.42))
    ):
        u = c.draws(f"towers {row}", 2 * n)
        for i in range(n):
            x0, high = (i + 0.1 * u[i]) / n, top + 0.3 * u[n + i]
            x1 = x0 + (0.72 + 0.2 * u[i]) / n
            c.box(x0, high, x1, 0.82, tone)
            if row:
                _windows(c, x0, high, x1, 0.8, 0.026 + 0.006 * row, (250, 236, 190, 150))
    _road(c, 0.8)


def _windows(c: Canvas, x0: float, y0: float, x1: float, y1: float, step: float, colour: Colour) -> None:
    y = y0 + step
    while y < y1 - step:
        x = x0 + 0.6 * step / c.aspect
        while x < x1 - step / c.aspect:
            c.box(x, y, x + 0.5 * step / c.aspect, y + 0.55 * step, colour)
            x += step / c.aspect
        y += step * 1.25


def _road(c: Canvas, top: float) -> None:
    c.box(0, top - 0.03, 1, top, (190, 190, 196))
    c.gradient([(0, (112, 116, 128)), (1, (82, 86, 98))], top, 1.0)
    for i in range(8):
        c.box(i / 7 - 0.03, (top + 1) / 2 + 0.02, i / 7 + 0.03, (top + 1) / 2 + 0.032, (240, 236, 214))


def street(c: Canvas) -> None:
    c.gradient([(0, (142, 198, 240)), (1, (236, 240, 242))])
    tones = ((226, 150, 120), (240, 200, 130), (150, 190, 190), (200, 160, 190), (230, 214, 190), (140, 170, 210))
    u = c.draws("houses", 14)
    n = 6
    for i in range(n):
        x0, x1, top, tone = i / n, (i + 1) / n, 0.12 + 0.18 * u[i], tones[int(u[7 + i] * 6)]
        c.box(x0, top, x1, 0.76, tone)
        c.box(x0, top - 0.02, x1, top + 0.012, (tone[0] - 50, tone[1] - 50, tone[2] - 50))
        _windows(c, x0 + 0.01, top + 0.04, x1 - 0.005, 0.52, 0.11, (232, 244, 252, 235))
        c.box(x0 + 0.02, 0.56, x1 - 0.02, 0.76, (86, 92, 110))
        for k in range(5):
            a, b = x0 + 0.01 + k * (x1 - x0 - 0.02) / 5, x0 + 0.01 + (k + 1) * (x1 - x0 - 0.02) / 5
            c.shape([(a, 0.53), (b, 0.53), (b, 0.59), (a, 0.59)], (250, 250, 250) if k % 2 else (214, 84, 84))
    c.box(0, 0.75, 1, 0.82, (206, 202, 198))
    _road(c, 0.82)

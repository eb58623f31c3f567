import unittest

from app import read_config, speak


class Parrot(unittest.TestCase):
    def test_speaks_as_often_as_configured(self):
        config = {"greeting": "Hi", "name": "Polly", "repeat": "3", "colour.sky": "BLUE"}
        self.assertEqual(speak(config), ["Hi, I am Polly. I see sky in BLUE."] * 3)

    def test_reads_the_rendered_configuration(self):
        self.assertEqual(read_config()["name"], "parrot")


if __name__ == "__main__":
    unittest.main()

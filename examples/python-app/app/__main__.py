from app import read_config, speak

for line in speak(read_config()):
    print(line)

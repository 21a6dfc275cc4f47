"""What both programs do alike beside the network: their command line, their folders."""

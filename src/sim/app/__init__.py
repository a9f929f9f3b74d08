"""The dashboard: Streamlit pages over what the rooms below compute and draw.

It lays out and computes nothing; it listens on this machine alone unless told otherwise, and asks nothing of any other.
"""

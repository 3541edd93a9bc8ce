"""The words of images and flavors that the rules read: names, allowed values, and what they mean.

Allowed values are the rules' own constants; whoever offers or checks words elsewhere (references, an API, a
dashboard) takes them from here.
"""
